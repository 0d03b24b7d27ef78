/** ACPI: the fixed hardware ({@link org.jvmx.devices.acpi.PowerManagement}) and the tables that describe the machine ({@link org.jvmx.devices.acpi.AcpiTables}). */
package org.jvmx.devices.acpi;
