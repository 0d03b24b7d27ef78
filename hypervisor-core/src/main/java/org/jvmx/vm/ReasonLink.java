package org.jvmx.vm;

import org.jvmx.vmx.Exit;

/** A policy's place in the order of those that are asked about exits of one reason on one processor: the handler that it is given asks the next. */
final class ReasonLink implements ExitHandler {
    private final PolicyLink link;
    private final ReasonLink next;
    private final ExitHandlers last;
    private final PolicyStack stack;
    private final VcpuView vcpu;
    private boolean passed;

    ReasonLink(PolicyLink link, ReasonLink next, ExitHandlers last, PolicyStack stack, VcpuView vcpu) {
        this.link = link;
        this.next = next;
        this.last = last;
        this.stack = stack;
        this.vcpu = vcpu;
    }

    Verdict decide(Exit exit) {
        passed = false;
        stack.asks(link);
        return link.decide(exit, this);
    }

    /** Whether the policy left the decision to those behind it. */
    boolean passed() {
        return passed;
    }

    @Override
    public Verdict handle(Exit exit) {
        passed = true;
        link.ask();
        try {
            return next == null ? stack.handle(last, exit) : next.decide(exit);
        } finally {
            link.answered();
            stack.asks(link);
        }
    }

    @Override
    public VcpuView vcpu() {
        return vcpu;
    }
}
