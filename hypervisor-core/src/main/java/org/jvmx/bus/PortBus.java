package org.jvmx.bus;

import java.util.Arrays;

/** The I/O address space: 65,536 ports, each with the device that answers there. Unclaimed ports read all ones and swallow writes. */
public final class PortBus {
    private static final int PORTS = 0x1_0000;

    private static final PortDevice OPEN_BUS = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return -1;
        }

        @Override
        public void out(int offset, int size, int value) {
            // nobody there
        }
    };

    private final PortDevice[] devices = new PortDevice[PORTS];
    private final char[] bases = new char[PORTS];

    /** A bus with no device on it. */
    public PortBus() {
        Arrays.fill(devices, OPEN_BUS);
    }

    /**
     * Puts a device at the ports {@code base} to {@code base + count - 1}.
     *
     * @throws IllegalStateException if one of them is taken or beyond FFFFH
     */
    public void map(int base, int count, PortDevice device) {
        if (base < 0 || count < 1 || base + count > PORTS) {
            throw new IllegalStateException("ports 0x%x to 0x%x are not in the I/O address space".formatted(base, base + count - 1));
        }
        for (int port = base; port < base + count; port++) {
            if (devices[port] != OPEN_BUS) {
                throw new IllegalStateException("port 0x%x is taken by %s".formatted(port, devices[port].getClass().getSimpleName()));
            }
        }
        for (int port = base; port < base + count; port++) {
            devices[port] = device;
            bases[port] = (char) base;
        }
    }

    /** Whether a device answers at the port. */
    public boolean claimed(int port) {
        return devices[port & 0xffff] != OPEN_BUS;
    }

    /** Reads {@code size} (1, 2 or 4) bytes from the port, zero-extended. */
    public int in(int port, int size) {
        int value = devices[port].in(port - bases[port], size);
        return size == 4 ? value : value & (1 << 8 * size) - 1;
    }

    /** Writes the low {@code size} (1, 2 or 4) bytes of {@code value} to the port. */
    public void out(int port, int size, int value) {
        devices[port].out(port - bases[port], size, value);
    }
}
