package org.jvmx.tools.pc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.PortDevice;

/** Counts of accesses by device and of interrupts by line: written by the vCPU's thread, readable by any. */
public final class DeviceCounts {
    /** One device. */
    public static final class Count {
        private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
        private static final int READS = 0;
        private static final int WRITES = 1;
        private static final int INTERRUPTS = 2;

        private final long[] counts = new long[3];

        Count() {
        }

        private void add(int at) {
            LONGS.setOpaque(counts, at, counts[at] + 1);
        }

        /** How often the guest read a port or an address of it. */
        public long reads() {
            return (long) LONGS.getOpaque(counts, READS);
        }

        /** How often the guest wrote to it. */
        public long writes() {
            return (long) LONGS.getOpaque(counts, WRITES);
        }

        /** How often its interrupt line rose. */
        public long interrupts() {
            return (long) LONGS.getOpaque(counts, INTERRUPTS);
        }
    }

    private final Map<String, Count> devices = new TreeMap<>();

    DeviceCounts() {
    }

    /** The devices by name. */
    public synchronized Map<String, Count> devices() {
        return Collections.unmodifiableMap(new TreeMap<>(devices));
    }

    private synchronized Count of(String name) {
        return devices.computeIfAbsent(name, _ -> new Count());
    }

    PortDevice count(String name, PortDevice device) {
        Count count = of(name);
        return new PortDevice() {
            @Override
            public int in(int offset, int size) {
                count.add(Count.READS);
                return device.in(offset, size);
            }

            @Override
            public void out(int offset, int size, int value) {
                count.add(Count.WRITES);
                device.out(offset, size, value);
            }
        };
    }

    MmioDevice count(String name, MmioDevice device) {
        Count count = of(name);
        return new MmioDevice() {
            @Override
            public long read(long offset, int size) {
                count.add(Count.READS);
                return device.read(offset, size);
            }

            @Override
            public void write(long offset, int size, long value) {
                count.add(Count.WRITES);
                device.write(offset, size, value);
            }
        };
    }

    IrqLine count(String name, IrqLine line) {
        Count count = of(name);
        return new IrqLine() {
            private boolean before;

            @Override
            public void set(boolean level) {
                if (level && !before) {
                    count.add(Count.INTERRUPTS);
                }
                before = level;
                line.set(level);
            }
        };
    }
}
