package org.jvmx.tools.hosttrace;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jvmx.policy.cost.Bill;
import org.jvmx.policy.cost.Bounds;
import org.jvmx.policy.cost.CostConstant;
import org.jvmx.policy.cost.CostModel;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vmx.ExitReason;

/**
 * What a policy would have done about the halts of a trace: at each it is asked how long to poll, and told what came of it. The guest is taken to halt
 * and to be woken when it did, so what a faster wake-up would have changed in the guest is not seen.
 *
 * @param halts halts of the trace
 * @param polls how many of them would have been polled for
 * @param caught how many polls would have seen the event
 * @param burntNanos time that would have been spent polling
 */
public record HaltReplay(long halts, long polls, long caught, long burntNanos) {

    /** Puts the halts of a trace to instances of a policy, one for each virtual processor. */
    public static HaltReplay of(List<HostExit> exits, Supplier<ExitPolicy> policies) {
        Map<Integer, ExitPolicy> instances = new HashMap<>();
        ReplayedVcpu vcpu = new ReplayedVcpu();
        long halts = 0;
        long polls = 0;
        long caught = 0;
        long burnt = 0;
        for (HostExit exit : exits) {
            if (exit.reason() != ExitReason.HLT) {
                continue;
            }
            ExitPolicy policy = instances.computeIfAbsent(exit.thread(), _ -> policies.get());
            vcpu.at(instances.size() - 1, exit.nanos(), halts);
            long polled = Math.max(0, policy.onHalt(vcpu));
            boolean seen = exit.waitedNanos() <= polled;
            vcpu.at(instances.size() - 1, exit.nanos() + exit.waitedNanos(), halts);
            policy.onWake(vcpu, exit.waitedNanos(), seen);
            halts++;
            polls += polled > 0 ? 1 : 0;
            caught += seen ? 1 : 0;
            burnt += Math.min(polled, exit.waitedNanos());
        }
        return new HaltReplay(halts, polls, caught, burnt);
    }

    /** Halts whose processor would have been given away. */
    public long blocked() {
        return halts - caught;
    }

    /** Polls in vain. */
    public long wasted() {
        return polls - caught;
    }

    /** Cycles for polling, and for giving processors away and taking them back. */
    public Bounds price(CostModel model) {
        return bill().price(model);
    }

    /** What costs something. */
    public Bill bill() {
        Bill bill = new Bill();
        bill.add(CostConstant.BLOCK, blocked());
        bill.addPolling(burntNanos);
        return bill;
    }

    /** Nanoseconds that the guest would have waited for its processor, in all. */
    public Bounds wakeUpNanos(CostModel model) {
        return model.constant(CostConstant.WAKE_UP).times(blocked());
    }
}
