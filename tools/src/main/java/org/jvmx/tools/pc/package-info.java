/**
 * A PC as one object: the only place that wires machine, RAM map, devices, ACPI tables, fw_cfg and loader. Start with
 * {@link org.jvmx.tools.pc.PcSpec} and {@link org.jvmx.tools.pc.Pc}; the command line is a client of these two.
 */
package org.jvmx.tools.pc;
