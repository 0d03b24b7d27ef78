package org.jvmx.vm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;

/**
 * One policy of a machine. Each call into it goes through here, so that its errors stay its own, its steps are counted, a watchdog can tell that it
 * is being waited for, and its decisions are counted.
 */
final class PolicyLink {
    private static final long OUTSIDE = 0;
    private static final int MOST_NAMES = 32;
    private static final long MOST_BYTES = 1L << 30;
    private static final String[] DECIDED = {"decide-next", "decide-again", "decide-yield", "decide-idle", "decide-stop"};

    private final ExitPolicy policy;
    private final String name;
    private final Machine machine;
    private final StepBudget budget;
    private volatile String[] names = new String[0];
    private volatile long[] counts = new long[0];

    /** The number of the call that the policy is in, {@link #OUTSIDE} if it is in none. */
    private volatile long inside;
    private String hook = "";
    private long calls;
    private int depth;

    PolicyLink(ExitPolicy policy, Machine machine) {
        this.policy = policy;
        this.name = policy.name();
        this.machine = machine;
        this.budget = policy.getClass().getClassLoader() instanceof StepBudget.Owner owner ? owner.budget() : null;
    }

    ExitPolicy policy() {
        return policy;
    }

    /** The policy's name, as it was when it was attached. */
    String name() {
        return name;
    }

    /** Whether it comes from outside JVMX, and may block. */
    boolean isForeign() {
        return budget != null || policy.getClass().getModule() != PolicyLink.class.getModule();
    }

    /** The number of the call that the policy is in, 0 if it is in none; from any thread. */
    long inside() {
        return inside;
    }

    // --- the calls

    void start(VcpuView vcpu) {
        String before = enter("onStart");
        try {
            policy.onStart(vcpu);
        } catch (Throwable e) {
            failed(e);
        } finally {
            leave(before);
        }
    }

    void end(VcpuView vcpu) {
        String before = enter("onEnd");
        try {
            policy.onEnd(vcpu);
        } catch (Throwable e) {
            failed(e);
        } finally {
            leave(before);
        }
    }

    Verdict decide(Exit exit, ReasonLink chain) {
        String before = enter("decide");
        try {
            Verdict verdict = policy.decide(exit, chain);
            if (verdict == null) {
                throw new NullPointerException("it returned null and no verdict");
            }
            count(chain.passed() ? "observe" : DECIDED[verdict.ordinal()]);
            if (verdict == Verdict.STOP) {
                machine.stop(StopReason.of(StopReason.Kind.LIMIT, "policy %s stopped the guest".formatted(name)));
            }
            return verdict;
        } catch (Throwable e) {
            failed(e);
            return Verdict.STOP;
        } finally {
            leave(before);
        }
    }

    long halt(VcpuView vcpu) {
        String before = enter("onHalt");
        try {
            return counted(policy.onHalt(vcpu), 0, "block", "poll");
        } catch (Throwable e) {
            return failed(e);
        } finally {
            leave(before);
        }
    }

    void wake(VcpuView vcpu, long waited, boolean caught) {
        String before = enter("onWake");
        try {
            policy.onWake(vcpu, waited, caught);
        } catch (Throwable e) {
            failed(e);
        } finally {
            leave(before);
        }
    }

    long timer(VcpuView vcpu, long deadline) {
        String before = enter("onTimer");
        try {
            return counted(policy.onTimer(vcpu, deadline), deadline, "timer-exact", "timer-moved");
        } catch (Throwable e) {
            return failed(e);
        } finally {
            leave(before);
        }
    }

    Notice notice(VcpuView vcpu, Access access) {
        String before = enter("onNotify");
        try {
            return counted(policy.onNotify(vcpu, access), Notice.PASS, Notice.KEEP, "keep-write", "deliver-write");
        } catch (Throwable e) {
            failed(e);
            return Notice.PASS;
        } finally {
            leave(before);
        }
    }

    long fault(VcpuView vcpu, long gpa) {
        String before = enter("onEptFault");
        try {
            long bytes = counted(policy.onEptFault(vcpu, gpa), HostMemory.PAGE, "map-page", "map-block");
            if (bytes != ExitPolicy.PASS && (bytes < HostMemory.PAGE || bytes > MOST_BYTES || Long.bitCount(bytes) != 1)) {
                throw new IllegalArgumentException("it returned %d, which is no power of two from 4096 to 2^30".formatted(bytes));
            }
            return bytes;
        } catch (Throwable e) {
            return failed(e);
        } finally {
            leave(before);
        }
    }

    Spin spin(VcpuView vcpu) {
        String before = enter("onSpin");
        try {
            return counted(policy.onSpin(vcpu), Spin.PASS, Spin.YIELD, "yield", "spin-on");
        } catch (Throwable e) {
            failed(e);
            return Spin.PASS;
        } finally {
            leave(before);
        }
    }

    long interrupt(VcpuView vcpu, int line) {
        String before = enter("onInterrupt");
        try {
            return counted(policy.onInterrupt(vcpu, line), 0, "interrupt-now", "interrupt-held");
        } catch (Throwable e) {
            return failed(e);
        } finally {
            leave(before);
        }
    }

    Batch completed(VcpuView vcpu, int handled) {
        String before = enter("onCompleted");
        try {
            return counted(policy.onCompleted(vcpu, handled), Batch.PASS, Batch.EMULATE, "emulate", "enter");
        } catch (Throwable e) {
            failed(e);
            return Batch.PASS;
        } finally {
            leave(before);
        }
    }

    void turn(VcpuView vcpu) {
        String before = enter("onTurn");
        try {
            policy.onTurn(vcpu);
        } catch (Throwable e) {
            failed(e);
        } finally {
            leave(before);
        }
    }

    String report() {
        String before = enter("report");
        try {
            String text = policy.report();
            return text == null ? "" : text;
        } catch (Throwable e) {
            failed(e);
            return "";
        } finally {
            leave(before);
        }
    }

    Object snapshot() {
        String before = enter("snapshot");
        try {
            return policy.snapshot();
        } catch (Throwable e) {
            failed(e);
            return null;
        } finally {
            leave(before);
        }
    }

    void restore(Object snapshot) {
        String before = enter("restore");
        try {
            policy.restore(snapshot);
        } catch (Throwable e) {
            failed(e);
        } finally {
            leave(before);
        }
    }

    // --- who is where

    private String enter(String name) {
        String before = hook;
        hook = name;
        inside = ++calls;
        if (depth++ == 0 && budget != null) {
            budget.refill();
        }
        return before;
    }

    private void leave(String before) {
        hook = before;
        depth--;
        inside = depth == 0 ? OUTSIDE : ++calls;
    }

    /** The policy asks somebody else and is not to blame for the time that takes. */
    void ask() {
        inside = OUTSIDE;
    }

    /** The answer is there. */
    void answered() {
        inside = ++calls;
    }

    /** What it was called for last. */
    String hook() {
        return hook;
    }

    // --- what it decides

    private long counted(long answer, long plain, String plainly, String otherwise) {
        if (answer == ExitPolicy.PASS) {
            return answer;
        }
        if (answer < 0) {
            throw new IllegalArgumentException("it returned %d, which is neither PASS nor a number from 0".formatted(answer));
        }
        count(answer == plain ? plainly : otherwise);
        return answer;
    }

    private <E extends Enum<E>> E counted(E answer, E pass, E marked, String mark, String otherwise) {
        if (answer == null) {
            throw new NullPointerException("it returned null");
        }
        if (answer != pass) {
            count(answer == marked ? mark : otherwise);
        }
        return answer;
    }

    void count(String decision) {
        String[] known = names;
        int at = 0;
        while (at < known.length && !known[at].equals(decision)) {
            at++;
        }
        if (at == known.length) {
            at = grow(decision);
        }
        counts[at]++;
    }

    private int grow(String decision) {
        int at = names.length;
        if (at == MOST_NAMES) {
            return at - 1; // tags are bounded: what comes late is counted with the last
        }
        counts = Arrays.copyOf(counts, at + 1);
        String[] more = Arrays.copyOf(names, at + 1);
        more[at] = decision;
        names = more;
        return at;
    }

    List<PolicyCounters.Decision> decisions() {
        String[] known = names;
        long[] values = counts;
        List<PolicyCounters.Decision> all = new ArrayList<>();
        for (int at = 0; at < known.length; at++) {
            all.add(new PolicyCounters.Decision(name, known[at], values[at]));
        }
        return all;
    }

    // --- what goes wrong

    /** An error that came through the policy but is the machine's own goes on; any other one is the policy's. */
    private long failed(Throwable error) {
        if (error == machine.policies().ownError()) {
            throw machine.policies().ownError();
        }
        machine.stop(PolicyFailure.thrown(machine, this, error));
        return ExitPolicy.PASS;
    }
}
