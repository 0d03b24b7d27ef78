package org.jvmx.tools.experiment;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jvmx.policy.cost.Bill;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.vm.Latencies;
import org.jvmx.vm.PolicyCounters;
import org.jvmx.vmx.ExitReason;

/** What a run, or several of the same kind, amount to. All of it is of the machine's own: instructions, exits, virtual time. */
public final class Figures {
    private final Map<ExitReason, Long> exits = new EnumMap<>(ExitReason.class);
    private final Map<String, Long> decisions = new LinkedHashMap<>();
    private final Bill bill = new Bill();
    private final Latencies interrupts = new Latencies();
    private final Latencies replies = new Latencies();
    private long runs;
    private long instructions;
    private long virtualNanos;
    private long polls;
    private long wastedPolls;
    private long caughtWakeUps;
    private long blockedWakeUps;
    private long burntNanos;
    private long idleNanos;

    /** Of no run. */
    Figures() {
    }

    /** Of one run. */
    static Figures of(Outcome outcome, PolicyCounters policies, Latencies interrupts, long[] replyNanos) {
        Figures figures = new Figures();
        figures.runs = 1;
        figures.instructions = outcome.instructions();
        figures.virtualNanos = outcome.virtualNanos();
        figures.exits.putAll(outcome.exits());
        for (ExitReason reason : ExitReason.values()) {
            figures.exits.computeIfPresent(reason, (_, count) -> count - policies.emulated(reason));
        }
        figures.exits.values().removeIf(count -> count == 0);
        policies.decisions().forEach(one -> figures.decisions.merge(one.policy() + ": " + one.decision(), one.count(), Long::sum));
        figures.bill.addAll(Bill.of(policies));
        figures.interrupts.add(interrupts);
        for (long nanos : replyNanos) {
            figures.replies.record(nanos);
        }
        figures.polls = policies.polls();
        figures.wastedPolls = policies.wastedPolls();
        figures.caughtWakeUps = policies.caughtWakeUps();
        figures.blockedWakeUps = policies.blockedWakeUps();
        figures.burntNanos = policies.burntNanos();
        figures.idleNanos = policies.idleNanos();
        return figures;
    }

    /** Adds those of other runs. */
    void add(Figures other) {
        other.exits.forEach((reason, count) -> exits.merge(reason, count, Long::sum));
        other.decisions.forEach((name, count) -> decisions.merge(name, count, Long::sum));
        bill.addAll(other.bill);
        interrupts.add(other.interrupts);
        replies.add(other.replies);
        runs += other.runs;
        instructions += other.instructions;
        virtualNanos += other.virtualNanos;
        polls += other.polls;
        wastedPolls += other.wastedPolls;
        caughtWakeUps += other.caughtWakeUps;
        blockedWakeUps += other.blockedWakeUps;
        burntNanos += other.burntNanos;
        idleNanos += other.idleNanos;
    }

    /** VM exits, that is, transitions out of the guest, by reason; instructions that were handled without one are not among them. */
    public Map<ExitReason, Long> exits() {
        return exits;
    }

    /** VM exits in all. */
    public long exitCount() {
        return exits.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What the policies decided how often. */
    public Map<String, Long> decisions() {
        return decisions;
    }

    /** What costs something. */
    public Bill bill() {
        return bill;
    }

    /** From an interrupt being due to its delivery. */
    public Latencies interrupts() {
        return interrupts;
    }

    /** From a request to its reply. */
    public Latencies replies() {
        return replies;
    }

    /** How many runs. */
    public long runs() {
        return runs;
    }

    /** Guest instructions. */
    public long instructions() {
        return instructions;
    }

    /** The machine's time, costs charged. */
    public long virtualNanos() {
        return virtualNanos;
    }

    /** Halts that were polled for. */
    public long polls() {
        return polls;
    }

    /** Polls in vain. */
    public long wastedPolls() {
        return wastedPolls;
    }

    /** Wake-ups that polling caught. */
    public long caughtWakeUps() {
        return caughtWakeUps;
    }

    /** Wake-ups of a processor that had been given away. */
    public long blockedWakeUps() {
        return blockedWakeUps;
    }

    /** Time spent polling. */
    public long burntNanos() {
        return burntNanos;
    }

    /** Time between halts and their events. */
    public long idleNanos() {
        return idleNanos;
    }
}
