package org.jvmx.devices.pci;

/** The configuration space of one PCI function: 256 bytes. */
public interface PciFunction {
    /** Reads {@code size} (1, 2 or 4) bytes, which do not cross a doubleword, zero-extended. */
    int readConfig(int offset, int size);

    /** Writes the low {@code size} bytes of {@code value}, which do not cross a doubleword. */
    void writeConfig(int offset, int size, int value);
}
