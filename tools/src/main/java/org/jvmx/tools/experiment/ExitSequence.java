package org.jvmx.tools.experiment;

import java.util.Arrays;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** Which exits a run made where, in order, to find out where two runs part. Times are not part of it. */
public final class ExitSequence implements ExitObserver {
    /** Of so many exits the place is known; later partings are not looked for. */
    private static final int MOST = 1 << 22;
    private static final ExitReason[] REASONS = ExitReason.values();

    /** An exit of one of two runs. */
    public record Place(int vcpu, ExitReason reason, long rip) {
        @Override
        public String toString() {
            return "%s at 0x%x on vCPU %d".formatted(reason, rip, vcpu);
        }
    }

    /**
     * The first exit that is not the same in two runs.
     *
     * @param index how many are the same before it
     * @param first the first run's, null if it ended there
     * @param second the other run's, null if it ended there
     */
    public record Parting(long index, Place first, Place second) {
    }

    private long[] rips = new long[4096];
    private int[] kinds = new int[4096];
    private int count;

    /** Without any. */
    public ExitSequence() {
    }

    @Override
    public void exited(int vcpu, long nanos, long rip, Exit exit) {
        if (count == MOST) {
            return;
        }
        if (count == rips.length) {
            rips = Arrays.copyOf(rips, 2 * count);
            kinds = Arrays.copyOf(kinds, 2 * count);
        }
        rips[count] = rip;
        kinds[count++] = vcpu << 8 | exit.reason().ordinal();
    }

    @Override
    public void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos) {
        // only what the guest did counts
    }

    private Place at(int index) {
        return index >= count ? null : new Place(kinds[index] >> 8, REASONS[kinds[index] & 0xff], rips[index]);
    }

    /** Where another run parts from this one; null if it does not. */
    public Parting parting(ExitSequence other) {
        int common = Math.min(count, other.count);
        int rip = Arrays.mismatch(rips, 0, common, other.rips, 0, common);
        int kind = Arrays.mismatch(kinds, 0, common, other.kinds, 0, common);
        int first = Math.min(rip < 0 ? common : rip, kind < 0 ? common : kind);
        return first == common && count == other.count ? null : new Parting(first, at(first), other.at(first));
    }
}
