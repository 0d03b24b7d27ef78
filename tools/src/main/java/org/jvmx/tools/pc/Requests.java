package org.jvmx.tools.pc;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jvmx.bus.ByteSink;
import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;

/**
 * A client at the other end of the serial cable, in the machine's own time: it sends a byte, waits for a byte in reply, and after a random
 * pause sends the next. It notes how long each reply took. The same seed gives the same pauses.
 */
public final class Requests implements SerialPeer {
    /** The mean pause between a reply and the next request: the network's and the client's share of a round trip. */
    public static final long MEAN_PAUSE_NANOS = 30_000;

    /** Before the first request a guest has time to start. */
    private static final long START_NANOS = 1_000_000;

    private final SplittableRandom random;
    private long[] replies = new long[1024];
    private int count;
    private Clock clock;
    private Timer timer;
    private SerialInput input;
    private boolean waiting;
    private long due;
    private long sent;

    /** A client whose pauses come from {@code seed}. */
    public Requests(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public void connect(SerialInput nobody) {
        // it sends by the machine's clock, so an idle machine need not wait for it
    }

    @Override
    public void poweredOn(Clock machine, SerialInput cable) {
        clock = machine;
        input = cable;
        waiting = false;
        timer = machine.timer(this::send);
        pause(START_NANOS);
    }

    private void pause(long atLeast) {
        due = clock.nanos() + atLeast + random.nextLong(MEAN_PAUSE_NANOS / 2, 3 * MEAN_PAUSE_NANOS / 2);
        timer.arm(due);
    }

    private void send() {
        waiting = true;
        sent = due;
        input.deliver(count & 0x7f);
    }

    @Override
    public ByteSink output() {
        return this::received;
    }

    private void received(int value) {
        if (waiting) {
            waiting = false;
            if (count == replies.length) {
                replies = Arrays.copyOf(replies, 2 * count);
            }
            replies[count++] = clock.nanos() - sent;
            pause(0);
        }
    }

    /** Nanoseconds from each request to its reply. */
    public long[] replyNanos() {
        return Arrays.copyOf(replies, count);
    }
}
