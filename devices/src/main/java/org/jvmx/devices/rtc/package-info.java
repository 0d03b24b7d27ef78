/** The real-time clock and its CMOS memory. Start with {@link org.jvmx.devices.rtc.Cmos}. */
package org.jvmx.devices.rtc;
