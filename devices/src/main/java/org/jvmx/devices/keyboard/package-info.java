/** The keyboard controller with its keyboard, and system control port A. Start with {@link org.jvmx.devices.keyboard.I8042}. */
package org.jvmx.devices.keyboard;
