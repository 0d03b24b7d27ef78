/**
 * ACPI: the fixed hardware ({@link org.jvmx.devices.acpi.PowerManagement}, {@link org.jvmx.devices.acpi.ResetControl}) and the tables that describe
 * the machine ({@link org.jvmx.devices.acpi.AcpiTables}).
 */
package org.jvmx.devices.acpi;
