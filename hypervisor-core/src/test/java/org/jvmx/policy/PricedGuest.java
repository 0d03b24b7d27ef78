package org.jvmx.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.List;
import org.jvmx.bus.Timer;
import org.jvmx.isa.Assembler;
import org.jvmx.software.SmallGuest;
import org.jvmx.software.SoftwareBackend;
import org.jvmx.vm.ExitPath;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.PolicyCounters;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.ExitReason;

/** A small guest whose exits have a price, with policies. */
final class PricedGuest implements AutoCloseable {
    static final int TICK = 0x40;

    final SmallGuest small;

    PricedGuest(String... policies) {
        this(spec(), policies);
    }

    PricedGuest(MachineSpec spec, String... policies) {
        small = new SmallGuest(spec);
        for (String policy : policies) {
            small.machine.attach(Policies.standard().open(policy));
        }
    }

    static MachineSpec spec() {
        List<MemoryRange> ram = List.of(new MemoryRange(0, 0xa_0000), new MemoryRange(0x10_0000, 0x4f0_0000));
        return MachineSpec.of(new SoftwareBackend(), ram).withCost(new Prices()).withMaxExits(100_000);
    }

    static Assembler code() {
        return new Assembler(64, SmallGuest.CODE);
    }

    /** Powers off behind the code, and runs it. */
    PricedGuest run(Assembler asm) {
        small.load(asm.op(OUT, SmallGuest.POWER, AL).op(HLT));
        return run();
    }

    PricedGuest run() {
        StopReason reason = small.run();
        assertEquals(StopReason.Kind.POWER_OFF, reason.kind(), reason.message() + System.lineSeparator() + reason.report());
        return this;
    }

    /** Halts {@code times} times, woken by a timer that is set anew, {@code nanos} from then, at each wake-up. */
    PricedGuest halting(int times, long nanos) {
        Timer[] timer = new Timer[1];
        timer[0] = small.machine.clock().timer(() -> small.vector = TICK);
        small.machine.ports().map(0x20, 1, new Alarm(() -> timer[0].arm(small.machine.clock().nanos() + nanos)));
        Assembler asm = code().op(MOV, EBX, times).op(STI);
        var wait = asm.newLabel();
        asm.bind(wait).op(OUT, 0x20, AL).op(HLT).op(DEC, EBX).op(JNZ, wait).op(OUT, SmallGuest.POWER, AL).op(HLT);
        small.handler(TICK, asm.here()).load(asm.op(IRETQ));
        return run();
    }

    PolicyCounters counters() {
        return small.machine.policyCounters();
    }

    long exits(ExitReason reason) {
        return small.machine.counters().exits(reason);
    }

    long handled(ExitReason reason, ExitPath path) {
        return counters().handled(reason, path);
    }

    long decisions(String name) {
        return counters().decisions().stream().filter(one -> one.decision().equals(name)).mapToLong(PolicyCounters.Decision::count).sum();
    }

    @Override
    public void close() {
        small.close();
    }
}
