package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;
import static org.jvmx.vmx.VmcsField.*;

import java.util.Arrays;
import org.jvmx.fuzz.Bounds;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;

/** A guest that runs many instructions at a time and its twin that is left after each of them make the same exits and come to the same state. */
public final class SteppingTarget implements Target {
    private static final int INSTRUCTIONS = 80;
    private static final int EXITS = 6;
    private static final VmcsField[] COMPARED =
            {GUEST_RIP, GUEST_RSP, GUEST_RFLAGS, GUEST_CR0, GUEST_CR3, GUEST_CR4, GUEST_IA32_EFER, GUEST_DR7,
                GUEST_INTERRUPTIBILITY_STATE, GUEST_ACTIVITY_STATE, GUEST_PENDING_DEBUG_EXCEPTIONS, GUEST_GDTR_BASE, GUEST_IDTR_BASE,
                GUEST_IDTR_LIMIT,
                GUEST_CS_SELECTOR, GUEST_SS_SELECTOR, GUEST_DS_SELECTOR, GUEST_CS_BASE, GUEST_TR_SELECTOR, GUEST_LDTR_SELECTOR,
                GUEST_CS_ACCESS_RIGHTS,
                GUEST_SS_ACCESS_RIGHTS, GUEST_IA32_SYSENTER_EIP};

    private final GuestRig one = new GuestRig();
    private final GuestRig other = new GuestRig();
    private final StringBuilder log = new StringBuilder();

    public SteppingTarget() {
    }

    @Override
    public void run(byte[] bytes) {
        Bounds.clear();
        String whole = story(one, bytes, INSTRUCTIONS);
        String steps = story(other, bytes, 1);
        require(whole.equals(steps), "in one go: %s; in steps: %s".formatted(whole, steps));
        require(one.dead() || Arrays.equals(one.ram(), other.ram()), "memory differs after " + whole);
    }

    /** What the guest does in so many instructions, left after each {@code pace}. */
    private String story(GuestRig rig, byte[] bytes, int pace) {
        Bytes input = new Bytes(bytes);
        GuestScript script = new GuestScript(rig, input);
        while (input.more()) {
            script.step(input.u8());
        }
        log.setLength(0);
        int exits = 0;
        long end = INSTRUCTIONS;
        for (long left = end; left > 0 && exits < EXITS; left = end - rig.processor.retired()) {
            long before = rig.processor.retired();
            rig.vmx.write(PREEMPTION_TIMER_VALUE, Math.min(pace, left));
            if (!rig.run()) {
                return log.append(" no entry").toString();
            }
            if (rig.vmx.exit().reason() == ExitReason.PREEMPTION_TIMER) {
                if (rig.processor.retired() == before) {
                    break;
                }
                continue;
            }
            exits++;
            log.append(' ').append(rig.vmx.exit()).append(" after ").append(rig.processor.retired());
            if (!rig.complete(true, 0x5a)) {
                log.append(" and ").append(rig.dead() ? "abort" : rig.vmx.exit());
            }
            if (rig.dead()) {
                return log.toString();
            }
        }
        return state(rig);
    }

    private String state(GuestRig rig) {
        for (VmcsField field : COMPARED) {
            log.append(' ').append(field).append('=').append(Long.toHexString(rig.vmx.read(field)));
        }
        var cpu = rig.processor.cpu();
        log.append(" DR6=").append(Long.toHexString(cpu.dr6)).append(" CR2=").append(Long.toHexString(cpu.cr2));
        log.append(' ').append(Arrays.toString(cpu.gpr)).append(Arrays.toString(cpu.xmm)).append(Arrays.toString(cpu.fpSignificand));
        return log.append(cpu.fpStatus).append(' ').append(cpu.mxcsr).append(' ').append(cpu.retired).toString();
    }
}
