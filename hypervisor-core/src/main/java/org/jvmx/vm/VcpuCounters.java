package org.jvmx.vm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jvmx.arch.Hot;
import org.jvmx.vmx.ExitReason;

/** Counts of one virtual processor: plain longs with one writer, its thread; any thread may read them. */
public final class VcpuCounters {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int LAUNCHES = ExitReason.COUNT;
    private static final int RESUMES = LAUNCHES + 1;
    private static final int INSTRUCTIONS = LAUNCHES + 2;
    private static final int NANOS = LAUNCHES + 3;
    private static final int INTERRUPTS = LAUNCHES + 4;
    private static final int NMIS = LAUNCHES + 5;
    private static final int UNKNOWN_MSRS = LAUNCHES + 6;
    private static final int ALL = LAUNCHES + 7;
    private static final int COUNT = LAUNCHES + 8;

    private final long[] counts = new long[COUNT];

    VcpuCounters() {
    }

    /** The counts of several processors together, as they are now. */
    static VcpuCounters sum(List<Vcpu> vcpus) {
        VcpuCounters sum = new VcpuCounters();
        for (Vcpu vcpu : vcpus) {
            for (int at = 0; at < COUNT; at++) {
                long count = vcpu.counters().get(at);
                sum.counts[at] = at == NANOS ? Math.max(sum.counts[at], count) : sum.counts[at] + count;
            }
        }
        return sum;
    }

    private void add(int at) {
        LONGS.setOpaque(counts, at, counts[at] + 1);
    }

    private long get(int at) {
        return (long) LONGS.getOpaque(counts, at);
    }

    @Hot
    void exit(ExitReason reason, long instructions, long nanos) {
        add(reason.ordinal());
        add(ALL);
        LONGS.setOpaque(counts, INSTRUCTIONS, instructions);
        LONGS.setOpaque(counts, NANOS, nanos);
    }

    void progress(long instructions, long nanos) {
        LONGS.setOpaque(counts, INSTRUCTIONS, instructions);
        LONGS.setOpaque(counts, NANOS, nanos);
    }

    void launch() {
        add(LAUNCHES);
    }

    void resume() {
        add(RESUMES);
    }

    void interrupt() {
        add(INTERRUPTS);
    }

    void nmi() {
        add(NMIS);
    }

    void unknownMsr() {
        add(UNKNOWN_MSRS);
    }

    /** VM exits of one reason. */
    public long exits(ExitReason reason) {
        return get(reason.ordinal());
    }

    /** VM exits in all. */
    public long exits() {
        return get(ALL);
    }

    /** VM entries by VMLAUNCH. */
    public long launches() {
        return get(LAUNCHES);
    }

    /** VM entries by VMRESUME. */
    public long resumes() {
        return get(RESUMES);
    }

    /** Guest instructions retired, as of the last VM exit. */
    public long instructions() {
        return get(INSTRUCTIONS);
    }

    /** The machine's time in nanoseconds, as of the last VM exit. */
    public long nanos() {
        return get(NANOS);
    }

    /** External interrupts injected. */
    public long interrupts() {
        return get(INTERRUPTS);
    }

    /** Non-maskable interrupts injected. */
    public long nmis() {
        return get(NMIS);
    }

    /** RDMSR and WRMSR that left the guest and that no device answers. */
    public long unknownMsrs() {
        return get(UNKNOWN_MSRS);
    }
}
