package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jvmx.fuzz.Target;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.payload.Payload;

/** Any payload is unpacked to the size that it announces, or refused; in bounded memory. The announced size is the input's last four bytes. */
public final class PayloadTarget implements Target {
    private static final int MOST = 1 << 20;
    private static final long LARGEST_DICTIONARY = 160L << 20;

    private final Allocations allocations = new Allocations();

    public PayloadTarget() {
    }

    @Override
    public void run(byte[] bytes) throws Exception {
        byte[] input = bytes.clone();
        int announced = input.length < 4 ? 0 : ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).getInt(input.length - 4);
        allocations.bounded(LARGEST_DICTIONARY + 8 * (long) MOST + 4 * Math.max(0L, announced), () -> unpack(input, announced));
        require(Arrays.equals(input, bytes), "the input is changed");
    }

    private static void unpack(byte[] input, int announced) {
        try {
            byte[] unpacked = Payload.unpack("k", input);
            require(unpacked == input || unpacked.length == announced,
                    "%d bytes come out, %d are announced".formatted(unpacked.length, announced));
        } catch (LoadException refusal) {
            require(refusal.getMessage().contains("payload of k"), refusal.getMessage());
        }
    }
}
