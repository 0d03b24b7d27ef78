package org.jvmx.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.PortDevice;

/** Random register accesses: nothing may be thrown, and a restored twin must answer as the original does. */
public final class Fuzz {
    private static final int[] PORT_SIZES = {1, 1, 1, 2, 4};
    private static final int[] MEMORY_SIZES = {4, 4, 4, 1, 2, 8};

    private Fuzz() {
    }

    /** Registers of a device under test: {@code ports} entries are (device, number of ports). */
    public record Target(FakeClock clock, List<PortDevice> ports, List<Integer> counts, List<MmioDevice> memories, int memorySize,
            Runnable stimulus) {
        public static Target ports(FakeClock clock, PortDevice device, int count) {
            return new Target(clock, List.of(device), List.of(count), List.of(), 0, () -> {});
        }
    }

    /** {@code steps} accesses drawn from {@code random}; gives a digest of all that was read. */
    public static long run(Target target, SplittableRandom random, int steps) {
        long digest = 0;
        for (int i = 0; i < steps; i++) {
            digest = digest * 31 + step(target, random);
        }
        return digest;
    }

    /** Both targets get the same accesses and must give the same answers. */
    public static void compare(Target one, Target other, long seed, int steps) {
        SplittableRandom first = new SplittableRandom(seed);
        SplittableRandom second = new SplittableRandom(seed);
        for (int i = 0; i < steps; i++) {
            assertEquals(step(one, first), step(other, second), "step " + i);
        }
    }

    private static long step(Target target, SplittableRandom random) {
        if (random.nextInt(8) == 0) {
            target.clock().advance(random.nextInt(4) == 0 ? random.nextLong(3_000_000_000L) : random.nextInt(20_000));
        }
        if (random.nextInt(8) == 0) {
            target.stimulus().run();
        }
        boolean reads = random.nextBoolean();
        int which = random.nextInt(target.ports().size() + target.memories().size());
        long value = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(256);
        if (which < target.ports().size()) {
            PortDevice device = target.ports().get(which);
            int offset = random.nextInt(target.counts().get(which));
            int size = PORT_SIZES[random.nextInt(PORT_SIZES.length)];
            if (reads) {
                return device.in(offset, size) & (1L << 8 * size) - 1;
            }
            device.out(offset, size, (int) value);
            return 0;
        }
        MmioDevice device = target.memories().get(which - target.ports().size());
        int size = MEMORY_SIZES[random.nextInt(MEMORY_SIZES.length)];
        long offset = random.nextInt(target.memorySize() - 8) & (random.nextInt(8) == 0 ? -1 : -16);
        if (reads) {
            return device.read(offset, size);
        }
        device.write(offset, size, value);
        return 0;
    }
}
