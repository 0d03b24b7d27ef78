/** PCI configuration space. Start with {@link org.jvmx.devices.pci.PciBus}. */
package org.jvmx.devices.pci;
