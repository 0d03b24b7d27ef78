package org.jvmx.devices.pci;

import org.jvmx.bus.PortDevice;

/** PCI bus 0 behind configuration mechanism #1 ("PCI Local Bus Specification"): address at CF8H, data at CFCH. Where no function is, all ones are read. */
public final class PciBus {
    /** The address port; only doubleword accesses to it are for the bus. */
    public static final int ADDRESS_PORT = 0xcf8;
    /** The first data port. */
    public static final int DATA_PORT = 0xcfc;
    /** How many data ports there are. */
    public static final int DATA_PORTS = 4;

    private static final int ENABLE = 1 << 31;
    private static final int WRITABLE = 0x80ff_fffc;
    private static final int FUNCTIONS = 256;

    private final PciFunction[] functions = new PciFunction[FUNCTIONS];
    private int address;

    private final PortDevice addressPort = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return size == 4 ? address : -1;
        }

        @Override
        public void out(int offset, int size, int value) {
            if (size == 4) {
                address = value & WRITABLE;
            }
        }
    };

    private final PortDevice dataPort = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            PciFunction function = addressed();
            return function == null || offset + size > DATA_PORTS ? -1 : function.readConfig((address & 0xfc) + offset, size);
        }

        @Override
        public void out(int offset, int size, int value) {
            PciFunction function = addressed();
            if (function != null && offset + size <= DATA_PORTS) {
                function.writeConfig((address & 0xfc) + offset, size, value);
            }
        }
    };

    /** Everything a restored bus needs; its functions have their own states. */
    public record State(int address) {
    }

    /** A bus without functions. */
    public PciBus() {
    }

    /**
     * Puts a function on the bus.
     *
     * @throws IllegalStateException if the place does not exist or is taken
     */
    public void attach(int device, int function, PciFunction configuration) {
        if (device < 0 || device > 31 || function < 0 || function > 7 || functions[device << 3 | function] != null) {
            throw new IllegalStateException("PCI device %d function %d does not exist or is taken".formatted(device, function));
        }
        functions[device << 3 | function] = configuration;
    }

    /** The port CF8H alone: its neighbours belong to others. */
    public PortDevice addressPort() {
        return addressPort;
    }

    /** The ports CFCH to CFFH. */
    public PortDevice dataPort() {
        return dataPort;
    }

    /** What must survive. */
    public State state() {
        return new State(address);
    }

    /** Takes over a state. */
    public void restore(State state) {
        address = state.address() & WRITABLE;
    }

    private PciFunction addressed() {
        boolean bus0 = (address & ENABLE) != 0 && (address >> 16 & 0xff) == 0;
        return bus0 ? functions[address >> 8 & 0xff] : null;
    }
}
