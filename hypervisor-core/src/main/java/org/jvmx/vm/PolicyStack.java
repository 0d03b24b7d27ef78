package org.jvmx.vm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jvmx.error.ConfigException;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;

/**
 * The policies of a machine, in their order. For each kind of question there is an array of those that have something to say, which is empty for most;
 * who overrides nothing is never asked.
 */
final class PolicyStack {
    private static final PolicyLink[] NOBODY = {};

    private final Machine machine;
    private final PolicyCounters counters = new PolicyCounters();
    private volatile PolicyLink[] links = NOBODY;
    private PolicyLink[] halts = NOBODY;
    private PolicyLink[] wakes = NOBODY;
    private PolicyLink[] timers = NOBODY;
    private PolicyLink[] notices = NOBODY;
    private PolicyLink[] faults = NOBODY;
    private PolicyLink[] spins = NOBODY;
    private PolicyLink[] interrupts = NOBODY;
    private PolicyLink[] completions = NOBODY;
    private PolicyLink[] turns = NOBODY;
    private RuntimeException ownError;
    private PolicyLink asked;
    private PolicyLink writer;
    private VmcsField written;

    PolicyStack(Machine machine) {
        this.machine = machine;
    }

    PolicyCounters counters() {
        return counters;
    }

    /** From any thread. */
    PolicyLink[] links() {
        return links;
    }

    boolean isEmpty() {
        return links.length == 0;
    }

    /** Adds a policy behind the others. */
    void add(ExitPolicy policy) {
        PolicyLink link = new PolicyLink(policy, machine);
        PolicyLink[] more = Arrays.copyOf(links, links.length + 1);
        more[links.length] = link;
        counters.link(link);
        set(more);
    }

    /** Puts a policy in the place of another one, which it may learn from. */
    void replace(PolicyLink old, ExitPolicy policy) {
        Object learnt = old.snapshot();
        machine.vcpus().forEach(vcpu -> old.end(vcpu.loop().view()));
        PolicyLink link = new PolicyLink(policy, machine);
        PolicyLink[] changed = links.clone();
        changed[Arrays.asList(links).indexOf(old)] = link;
        counters.link(link);
        set(changed);
        if (learnt != null) {
            link.restore(learnt);
        }
        machine.vcpus().forEach(vcpu -> link.start(vcpu.loop().view()));
    }

    /** The policy of that name. */
    PolicyLink named(String name) {
        for (PolicyLink link : links) {
            if (link.name().equals(name)) {
                return link;
            }
        }
        String known = links.length == 0 ? "it has none" : "it has " + String.join(", ", names());
        throw new ConfigException("the machine has no policy '%s': %s".formatted(name, known));
    }

    List<String> names() {
        return Arrays.stream(links).map(link -> link.name()).toList();
    }

    private void set(PolicyLink[] all) {
        links = all;
        halts = overriding("onHalt", VcpuView.class);
        wakes = overriding("onWake", VcpuView.class, long.class, boolean.class);
        timers = overriding("onTimer", VcpuView.class, long.class);
        notices = overriding("onNotify", VcpuView.class, Access.class);
        faults = overriding("onEptFault", VcpuView.class, long.class);
        spins = overriding("onSpin", VcpuView.class);
        interrupts = overriding("onInterrupt", VcpuView.class, int.class);
        completions = overriding("onCompleted", VcpuView.class, int.class);
        turns = overriding("onTurn", VcpuView.class);
        machine.vcpus().forEach(vcpu -> vcpu.loop().policiesChanged());
        machine.clock().timerPolicy(timers.length == 0 ? null : deadline -> timer(machine.current().loop().view(), deadline));
    }

    private PolicyLink[] overriding(String method, Class<?>... parameters) {
        List<PolicyLink> found = new ArrayList<>();
        for (PolicyLink link : links) {
            if (overrides(link.policy(), method, parameters)) {
                found.add(link);
            }
        }
        return found.toArray(NOBODY);
    }

    private static boolean overrides(ExitPolicy policy, String method, Class<?>... parameters) {
        try {
            return policy.getClass().getMethod(method, parameters).getDeclaringClass() != ExitPolicy.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("ExitPolicy has no method " + method, e);
        }
    }

    /** For each reason who is asked first on a processor, null where nobody is. */
    ReasonLink[] chains(VcpuView vcpu, ExitHandlers last) {
        ReasonLink[] heads = new ReasonLink[ExitReason.COUNT];
        for (int at = links.length - 1; at >= 0; at--) {
            Set<ExitReason> reasons = links[at].policy().reasons();
            for (ExitReason reason : reasons) {
                heads[reason.ordinal()] = new ReasonLink(links[at], heads[reason.ordinal()], last, this, vcpu);
            }
        }
        return heads;
    }

    void start() {
        for (Vcpu vcpu : machine.vcpus()) {
            start(vcpu.loop().view());
        }
    }

    private void start(VcpuView vcpu) {
        for (PolicyLink link : links) {
            asked = link;
            link.start(vcpu);
        }
    }

    void end() {
        for (Vcpu vcpu : machine.vcpus()) {
            end(vcpu.loop().view());
        }
    }

    private void end(VcpuView vcpu) {
        for (PolicyLink link : links) {
            asked = link;
            link.end(vcpu);
        }
    }

    boolean holdsInterrupts() {
        return interrupts.length != 0;
    }

    boolean keepsWrites() {
        return notices.length != 0;
    }

    /** What the policies have to say at the end of a run, each under its name. */
    String report() {
        StringBuilder text = new StringBuilder();
        for (PolicyLink link : links) {
            String report = link.report();
            if (!report.isEmpty()) {
                text.append("policy ").append(link.name()).append(':').append(System.lineSeparator()).append(report);
            }
        }
        return text.toString();
    }

    void turn(VcpuView vcpu) {
        for (PolicyLink link : turns) {
            asked = link;
            link.turn(vcpu);
        }
    }

    // --- the questions, put to one after the other until one answers

    /** How long to poll, 0 if nobody wants to. */
    long halt(VcpuView vcpu) {
        for (PolicyLink link : halts) {
            asked = link;
            long nanos = link.halt(vcpu);
            if (nanos != ExitPolicy.PASS) {
                return nanos;
            }
        }
        return 0;
    }

    void wake(VcpuView vcpu, long waited, boolean caught) {
        for (PolicyLink link : wakes) {
            asked = link;
            link.wake(vcpu, waited, caught);
        }
    }

    long timer(VcpuView vcpu, long deadline) {
        for (PolicyLink link : timers) {
            asked = link;
            long moved = link.timer(vcpu, deadline);
            if (moved != ExitPolicy.PASS) {
                return moved;
            }
        }
        return deadline;
    }

    boolean keeps(VcpuView vcpu, Access access) {
        for (PolicyLink link : notices) {
            asked = link;
            Notice notice = link.notice(vcpu, access);
            if (notice != Notice.PASS) {
                return notice == Notice.KEEP;
            }
        }
        return false;
    }

    /** Bytes to map: a power of two, a page if nobody cares. */
    long fault(VcpuView vcpu, long gpa) {
        for (PolicyLink link : faults) {
            asked = link;
            long bytes = link.fault(vcpu, gpa);
            if (bytes != ExitPolicy.PASS) {
                return bytes;
            }
        }
        return HostMemory.PAGE;
    }

    /** An EPT fault mapped so many pages. */
    void populated(long pages) {
        if (accounts()) {
            counters.mapped(pages);
            charge((pages - 1) * machine.spec().cost().mapping());
        }
    }

    /** Whether exits are counted for policies, and priced. */
    private boolean accounts() {
        return links.length != 0 || machine.spec().cost() != ExitCost.NONE;
    }

    /** Lets virtual time pass for what the monitor does. */
    void charge(long nanos) {
        if (nanos != 0) {
            machine.clock().skip(nanos);
            counters.charged(nanos);
        }
    }

    /** Whether a processor that spins gives up its turn, as it does if nobody cares. */
    boolean yields(VcpuView vcpu) {
        for (PolicyLink link : spins) {
            asked = link;
            Spin spin = link.spin(vcpu);
            if (spin != Spin.PASS) {
                return spin == Spin.YIELD;
            }
        }
        return true;
    }

    /** How long to hold an interrupt line back. */
    long interrupt(VcpuView vcpu, int line) {
        for (PolicyLink link : interrupts) {
            asked = link;
            long nanos = link.interrupt(vcpu, line);
            if (nanos != ExitPolicy.PASS) {
                return nanos;
            }
        }
        return 0;
    }

    boolean batches() {
        return completions.length != 0;
    }

    boolean emulates(VcpuView vcpu, int handled) {
        for (PolicyLink link : completions) {
            asked = link;
            Batch batch = link.completed(vcpu, handled);
            if (batch != Batch.PASS) {
                return batch == Batch.EMULATE;
            }
        }
        return false;
    }

    // --- errors

    /** The machine's own handler, asked through a policy. */
    Verdict handle(ExitHandlers last, Exit exit) {
        try {
            return last.handle(exit);
        } catch (RuntimeException e) {
            ownError = e;
            throw e;
        }
    }

    /** The error of the machine's own that is on its way through a policy, or null. */
    RuntimeException ownError() {
        return ownError;
    }

    /** A field was written for the policy that was asked last. */
    void wrote(VmcsField field) {
        writer = asked;
        written = field;
    }

    /** Who is to be suspected when a VM entry fails, to be put behind the sentence that says so. */
    String blame() {
        return writer == null ? "" : "; policy %s wrote %s".formatted(writer.name(), written);
    }

    void asks(PolicyLink link) {
        asked = link;
    }

    /** The policy that was asked last, or null. */
    PolicyLink asked() {
        return asked;
    }
}
