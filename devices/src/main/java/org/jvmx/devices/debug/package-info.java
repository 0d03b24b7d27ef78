/** Ports by which a guest talks to whoever runs it: exit, console, panic notice. */
package org.jvmx.devices.debug;
