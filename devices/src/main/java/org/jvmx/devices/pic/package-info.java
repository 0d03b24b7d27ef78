/** The two cascaded 8259A interrupt controllers of a PC. Start with {@link org.jvmx.devices.pic.Pic8259}. */
package org.jvmx.devices.pic;
