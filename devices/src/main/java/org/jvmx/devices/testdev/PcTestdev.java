package org.jvmx.devices.testdev;

import java.util.List;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.PortDevice;

/** The device of kvm-unit-tests' machines (QEMU's pc-testdev): a readable and writable port, interrupt lines by port, memory behind accesses. */
public final class PcTestdev {
    /** The first of the storage ports. */
    public static final int STORAGE_PORT = 0xe0;
    /** How many storage ports there are. */
    public static final int STORAGE_PORTS = 4;
    /** The port whose writes ask for a page to be flushed from wherever it is cached; here nowhere. */
    public static final int FLUSH_PORT = 0xe4;
    /** How many flush ports there are. */
    public static final int FLUSH_PORTS = 4;
    /** The port of interrupt line 0. */
    public static final int IRQ_PORT = 0x2000;
    /** Where its memory is. */
    public static final long MEMORY_BASE = 0xff00_0000L;
    /** How much memory it has. */
    public static final int MEMORY_SIZE = 0x1_0000;

    private final IrqLine[] lines;
    private final byte[] memory = new byte[MEMORY_SIZE];
    private int stored;

    private final PortDevice storage = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return (int) (stored >>> 8 * (offset & 3) & (1L << 8 * size) - 1);
        }

        @Override
        public void out(int offset, int size, int value) {
            long mask = (1L << 8 * size) - 1 << 8 * (offset & 3);
            stored = (int) (stored & ~mask | (long) value << 8 * (offset & 3) & mask);
        }
    };

    private final PortDevice flush = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return 0;
        }

        @Override
        public void out(int offset, int size, int value) {
            // no page is cached out of the processor's sight
        }
    };

    private final PortDevice irqs = new PortDevice() {
        @Override
        public int in(int offset, int size) {
            return -1;
        }

        @Override
        public void out(int offset, int size, int value) {
            if (offset < lines.length) {
                lines[offset].set((value & 0xff) != 0);
            }
        }
    };

    private final MmioDevice region = new MmioDevice() {
        @Override
        public long read(long offset, int size) {
            long value = 0;
            for (int i = 0; i < size; i++) {
                value |= (memory[(int) offset + i & MEMORY_SIZE - 1] & 0xffL) << 8 * i;
            }
            return value;
        }

        @Override
        public void write(long offset, int size, long value) {
            for (int i = 0; i < size; i++) {
                memory[(int) offset + i & MEMORY_SIZE - 1] = (byte) (value >>> 8 * i);
            }
        }
    };

    /** Everything a restored device needs. */
    public record State(int stored, byte[] memory) {
        /** Copies the memory. */
        public State {
            memory = memory.clone();
        }

        @Override
        public byte[] memory() {
            return memory.clone();
        }
    }

    /** A device that drives {@code lines}, the platform's interrupt lines in order. */
    public PcTestdev(List<IrqLine> lines) {
        this.lines = lines.toArray(IrqLine[]::new);
    }

    /** The ports from {@link #STORAGE_PORT}. */
    public PortDevice storage() {
        return storage;
    }

    /** The ports from {@link #FLUSH_PORT}. */
    public PortDevice flush() {
        return flush;
    }

    /** The ports from {@link #IRQ_PORT}, one for each line. */
    public PortDevice irqs() {
        return irqs;
    }

    /** The memory at {@link #MEMORY_BASE}. */
    public MmioDevice memory() {
        return region;
    }

    /** What must survive. */
    public State state() {
        return new State(stored, memory);
    }

    /** Takes over a state. */
    public void restore(State state) {
        stored = state.stored();
        System.arraycopy(state.memory(), 0, memory, 0, MEMORY_SIZE);
    }
}
