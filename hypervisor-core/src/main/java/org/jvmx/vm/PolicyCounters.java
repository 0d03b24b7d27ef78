package org.jvmx.vm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jvmx.vmx.ExitReason;

/**
 * What came of the policies of a machine, summed over its virtual processors. Counted while there is a policy or a cost model: plain longs that any
 * thread may read.
 */
public final class PolicyCounters {
    /** How often a policy decided what. */
    public record Decision(String policy, String decision, long count) {
    }

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PATHS = ExitPath.values().length;
    private static final int HANDLED = ExitReason.COUNT * PATHS;
    private static final int EMULATED = HANDLED + ExitReason.COUNT;
    private static final int POLLS = EMULATED;
    private static final int WASTED = EMULATED + 1;
    private static final int CAUGHT = EMULATED + 2;
    private static final int BLOCKED = EMULATED + 3;
    private static final int BURNT = EMULATED + 4;
    private static final int IDLE = EMULATED + 5;
    private static final int STEPS = EMULATED + 6;
    private static final int KEPT = EMULATED + 7;
    private static final int PAGES = EMULATED + 8;
    private static final int CHARGED = EMULATED + 9;
    private static final int SIZE = EMULATED + 10;

    private final long[] counts = new long[SIZE];
    private final Latencies wakeUps = new Latencies();
    private final List<PolicyLink> links = new CopyOnWriteArrayList<>();

    PolicyCounters() {
    }

    private void add(int at, long much) {
        LONGS.setOpaque(counts, at, counts[at] + much);
    }

    private long get(int at) {
        return (long) LONGS.getOpaque(counts, at);
    }

    void countHandled(ExitReason reason, ExitPath path) {
        add(reason.ordinal() * PATHS + path.ordinal(), 1);
    }

    void countEmulated(ExitReason reason) {
        add(HANDLED + reason.ordinal(), 1);
    }

    void stepped() {
        add(STEPS, 1);
    }

    void kept() {
        add(KEPT, 1);
    }

    void mapped(long pages) {
        add(PAGES, pages);
    }

    void charged(long nanos) {
        add(CHARGED, nanos);
    }

    /** A halt is over: polled for so long, waited for so long until the event, that long more until the guest ran. */
    void woke(long polled, long waited, boolean caught, long latency) {
        if (polled > 0) {
            add(POLLS, 1);
            add(caught ? CAUGHT : WASTED, 1);
            add(BURNT, Math.min(polled, waited));
        }
        if (!caught) {
            add(BLOCKED, 1);
        }
        add(IDLE, waited);
        wakeUps.record(latency);
    }

    void link(PolicyLink link) {
        links.add(link);
    }

    /** VM exits of a reason that were handled on a path; those without a transition of their own are in {@link #emulated} too. */
    public long handled(ExitReason reason, ExitPath path) {
        return get(reason.ordinal() * PATHS + path.ordinal());
    }

    /** Of a reason, how many were handled without a transition of their own: the instruction followed another one that had left the guest. */
    public long emulated(ExitReason reason) {
        return get(HANDLED + reason.ordinal());
    }

    /** Instructions that the monitor executed itself, those that would not have left the guest included. */
    public long steps() {
        return get(STEPS);
    }

    /** Halts that were polled for. */
    public long polls() {
        return get(POLLS);
    }

    /** Polls without an event. */
    public long wastedPolls() {
        return get(WASTED);
    }

    /** Polls that saw the event. */
    public long caughtWakeUps() {
        return get(CAUGHT);
    }

    /** Halts whose processor was given away and had to be woken. */
    public long blockedWakeUps() {
        return get(BLOCKED);
    }

    /** Time spent polling. */
    public long burntNanos() {
        return get(BURNT);
    }

    /** Time from HLT to the event, in all. */
    public long idleNanos() {
        return get(IDLE);
    }

    /** Writes to devices that were kept for later. */
    public long keptWrites() {
        return get(KEPT);
    }

    /** Pages that EPT faults mapped, of whatever size. */
    public long mappedPages() {
        return get(PAGES);
    }

    /** Virtual time that the cost model charged. */
    public long chargedNanos() {
        return get(CHARGED);
    }

    /** From the event to the guest, for each halt. */
    public Latencies wakeUps() {
        return wakeUps;
    }

    /** What the policies decided how often, in their order. */
    public List<Decision> decisions() {
        return links.stream().flatMap(link -> link.decisions().stream()).toList();
    }
}
