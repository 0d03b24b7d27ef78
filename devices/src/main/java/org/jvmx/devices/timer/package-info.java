/** The programmable interval timer. Start with {@link org.jvmx.devices.timer.Pit8254}. */
package org.jvmx.devices.timer;
