/** The serial port. Start with {@link org.jvmx.devices.serial.Uart}. */
package org.jvmx.devices.serial;
