/** QEMU's firmware configuration interface, by which a guest learns what machine it is in. Start with {@link org.jvmx.devices.fwcfg.FwCfg}. */
package org.jvmx.devices.fwcfg;
