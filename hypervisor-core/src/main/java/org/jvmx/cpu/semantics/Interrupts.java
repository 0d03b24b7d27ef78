package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.Delivery;
import org.jvmx.cpu.state.ExitSignal;
import org.jvmx.cpu.state.GuestFault;
import org.jvmx.cpu.state.Flags;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.Interruption;

/**
 * Exceptions and interrupts on their way: intercepts, the chain from a fault in a delivery to the double and the triple fault, and what
 * is remembered of them. The gates themselves are {@link InterruptGates}. SDM Vol. 3, "Interrupt and Exception Handling", "VM Exits Due
 * to Vectored Events".
 */
public final class Interrupts {
    private static final int DEBUG = 1;
    private static final int DOUBLE_FAULT = 8;
    private static final int PAGE_FAULT = 14;
    /** #DE #TS #NP #SS #GP and #CP. */
    private static final int CONTRIBUTORY = 1 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 21;

    private static final int BLOCKED_BY_NMI = 8;
    private static final long DR6_BD = 1 << 13;
    /** What a debug exception sets in DR6. */
    private static final long DR6_CAUSES = 0xe00f;
    private static final long DR7_GD = 1 << 13;

    private Interrupts() {
    }

    /**
     * Delivers the exception in {@code cpu.fault}, raised by the instruction at RIP or by the delivery of another event. Debug traps that
     * blocking by MOV SS held back are lost with it, as on silicon; software interrupts keep them.
     *
     * @return false if that is a VM exit, which is recorded
     */
    public static boolean deliverFault(Cpu cpu) {
        cpu.pendingDebug = 0;
        boolean delivered = chain(cpu);
        cpu.delivery.nmiUnblocked = false;
        cpu.delivery.ext = 0;
        return delivered;
    }

    /** Delivers a trap-class debug exception with new bits of DR6. */
    static boolean deliverTrap(Cpu cpu, long causes) {
        cpu.raise(DEBUG).detail = causes & DR6_CAUSES;
        return deliverFault(cpu);
    }

    private static boolean chain(Cpu cpu) {
        while (true) {
            if (intercepted(cpu)) {
                return false;
            }
            GuestFault fault = cpu.fault;
            if (fault.vector == PAGE_FAULT) {
                cpu.cr2 = fault.detail;
            }
            int vector = fault.vector;
            int code = fault.errorCode;
            boolean hasCode = fault.hasErrorCode && cpu.protectedMode();
            log(cpu, Interruption.of(Interruption.HARDWARE_EXCEPTION, vector, hasCode), code);
            switch (escalation(cpu.delivery.information, vector)) {
                case DOUBLE_FAULT + 1 -> {
                    return left(cpu, ExitReason.TRIPLE_FAULT, 0);
                }
                case DOUBLE_FAULT -> {
                    vector = DOUBLE_FAULT;
                    code = 0;
                    hasCode = cpu.protectedMode();
                    log(cpu, Interruption.of(Interruption.HARDWARE_EXCEPTION, DOUBLE_FAULT, hasCode), 0);
                    if (cpu.controls.exitsOnException(DOUBLE_FAULT, 0)) {
                        return exception(cpu, Interruption.of(Interruption.HARDWARE_EXCEPTION, vector, hasCode), 0, 0);
                    }
                }
                default -> prepare(cpu, fault);
            }
            begin(cpu, Interruption.of(Interruption.HARDWARE_EXCEPTION, vector, hasCode), code, 0);
            if (attempt(cpu, cpu.rip)) {
                passTime(cpu);
                return (cpu.attention & Attention.EXIT) == 0;
            }
        }
    }

    /**
     * A handler whose first instruction faults, and so on, may never end, and no instruction with it: from the second exception on each counts as one, so that
     * time passes and the VMX-preemption timer expires.
     */
    private static void passTime(Cpu cpu) {
        if (cpu.delivery.faultedAt == cpu.retired) {
            cpu.retired++;
        }
        cpu.delivery.faultedAt = cpu.retired;
    }

    /** What a fault does to DR6, DR7 and RF before it is delivered. */
    private static void prepare(Cpu cpu, GuestFault fault) {
        if (fault.vector == DEBUG) {
            cpu.dr6 = cpu.dr6 & ~0xfL | fault.detail & DR6_CAUSES;
            if ((cpu.dr7 & DR7_GD) != 0) {
                cpu.dr7 &= ~DR7_GD;
            }
        }
        if (cpu.delivery.information == 0 && (fault.vector != DEBUG || (fault.detail & DR6_BD) != 0)) {
            cpu.systemFlags |= Flags.RF;
        }
    }

    /** The vector 8, one more for shutdown, or 0. SDM Vol. 3, "Interrupt 8 - Double Fault Exception (#DF)". */
    private static int escalation(int first, int vector) {
        if (!Interruption.valid(first) || Interruption.type(first) != Interruption.HARDWARE_EXCEPTION) {
            return 0;
        }
        int before = Interruption.vector(first);
        boolean contributory = (CONTRIBUTORY >>> vector & 1) != 0;
        if (before == DOUBLE_FAULT) {
            return contributory || vector == PAGE_FAULT ? DOUBLE_FAULT + 1 : 0;
        }
        boolean escalates = before == PAGE_FAULT ? contributory || vector == PAGE_FAULT
                : (CONTRIBUTORY >>> before & 1) != 0 && contributory;
        return escalates ? DOUBLE_FAULT : 0;
    }

    // --- VM exits

    /** Exits if the exception bitmap has the fault. */
    private static boolean intercepted(Cpu cpu) {
        GuestFault fault = cpu.fault;
        if (!cpu.controls.exitsOnException(fault.vector, fault.errorCode)) {
            return false;
        }
        boolean hasCode = fault.hasErrorCode && cpu.protectedMode();
        if (cpu.delivery.information == 0 && (fault.vector != DEBUG || (fault.detail & DR6_BD) != 0)) {
            cpu.systemFlags |= Flags.RF;
        }
        int information = Interruption.of(Interruption.HARDWARE_EXCEPTION, fault.vector, hasCode);
        if (cpu.delivery.nmiUnblocked && cpu.delivery.information == 0 && fault.vector != DOUBLE_FAULT) {
            information |= Interruption.NMI_UNBLOCKING;
        }
        boolean qualified = fault.vector == PAGE_FAULT || fault.vector == DEBUG;
        exception(cpu, information, hasCode ? fault.errorCode : 0, qualified ? fault.detail : 0);
        noteVectoring(cpu);
        return true;
    }

    private static boolean exception(Cpu cpu, int information, int code, long qualification) {
        left(cpu, ExitReason.EXCEPTION_NMI, qualification);
        cpu.exit.interruption(information, code);
        return false;
    }

    private static boolean left(Cpu cpu, ExitReason reason, long qualification) {
        cpu.exit.begin(reason, qualification, 0);
        cpu.attention |= Attention.EXIT;
        cpu.blockLimit = 0;
        return false;
    }

    /** Says in the exit information which event's delivery the exit interrupted. */
    private static void noteVectoring(Cpu cpu) {
        Delivery delivery = cpu.delivery;
        if (delivery.information == 0) {
            return;
        }
        cpu.exit.idtVectoring(delivery.information, delivery.errorCode);
        if (Interruption.software(Interruption.type(delivery.information))) {
            cpu.exit.length(delivery.length);
        }
        delivery.interrupted = true;
        delivery.ext = 0;
    }

    // --- delivery

    private static void log(Cpu cpu, int information, int errorCode) {
        cpu.deliveries.add(information, errorCode, cpu.rip, cpu.cr2, cpu.retired + cpu.blockRetired);
    }

    private static void begin(Cpu cpu, int information, int errorCode, int length) {
        Delivery delivery = cpu.delivery;
        int type = Interruption.type(information);
        delivery.information = information;
        delivery.errorCode = Interruption.hasErrorCode(information) ? errorCode : 0;
        delivery.length = length;
        delivery.ext = type == Interruption.SOFTWARE_INTERRUPT || type == Interruption.SOFTWARE_EXCEPTION ? 0 : 1;
        delivery.interrupted = false;
    }

    /** Takes the event in {@code cpu.delivery} through its gate; false if that faulted. A VM exit is recorded, and true. */
    private static boolean attempt(Cpu cpu, long returnTo) {
        try {
            boolean done = InterruptGates.pass(cpu, returnTo);
            if (!done) {
                noteVectoring(cpu);
                return true;
            }
            finish(cpu);
            cpu.rip = cpu.nextRip;
            return true;
        } catch (GuestFault _) {
            return false;
        } catch (ExitSignal _) {
            noteVectoring(cpu);
            cpu.attention |= Attention.EXIT;
            return true;
        }
    }

    private static void finish(Cpu cpu) {
        Delivery delivery = cpu.delivery;
        delivery.information = 0;
        delivery.ext = 0;
        delivery.trapArmed = false;
        delivery.resumeArmed = false;
        cpu.interruptibility &= ~3;
        cpu.activity = 0;
    }

    /** Delivers the event that VM entry injects. False if that is a VM exit. */
    static boolean inject(Cpu cpu) {
        Delivery delivery = cpu.delivery;
        int information = delivery.entryInformation;
        int code = delivery.entryErrorCode;
        int length = delivery.entryLength;
        delivery.entryInformation = 0;
        return deliver(cpu, information, code, length);
    }

    /** Delivers once more the event whose delivery the last VM exit interrupted. */
    public static boolean redeliver(Cpu cpu) {
        Delivery delivery = cpu.delivery;
        return deliver(cpu, delivery.information, delivery.errorCode, delivery.length);
    }

    /**
     * Delivers an event that is not intercepted.
     *
     * @param information in the format of the VM-entry interruption-information field
     * @param length bytes of the instruction, for events that one causes
     * @return false if that is a VM exit, which is recorded
     */
    public static boolean deliver(Cpu cpu, int information, int errorCode, int length) {
        int type = Interruption.type(information);
        boolean software = Interruption.software(type);
        if (type == Interruption.NMI) {
            cpu.interruptibility |= BLOCKED_BY_NMI;
        }
        log(cpu, information, errorCode);
        begin(cpu, information & ~Interruption.NMI_UNBLOCKING, errorCode, length);
        if (attempt(cpu, software ? cpu.rip + length : cpu.rip)) {
            return (cpu.attention & Attention.EXIT) == 0;
        }
        return deliverFault(cpu);
    }

    /** INT n, INT3, INTO and INT1, from inside the instruction. */
    static void software(Cpu cpu, int vector, int type) {
        if (type != Interruption.SOFTWARE_INTERRUPT && !cpu.completion.interceptsOff && cpu.controls.exitsOnException(vector, 0)) {
            int length = (int) (cpu.nextRip - cpu.rip);
            exception(cpu, Interruption.of(type, vector, false), 0, 0);
            cpu.exit.length(length);
            return;
        }
        long next = cpu.nextRip;
        if (type == Interruption.PRIVILEGED_SOFTWARE_EXCEPTION) {
            cpu.pendingDebug = 0;
        }
        log(cpu, Interruption.of(type, vector, false), 0);
        begin(cpu, Interruption.of(type, vector, false), 0, (int) (next - cpu.rip));
        try {
            if (!InterruptGates.pass(cpu, next)) {
                noteVectoring(cpu);
                return;
            }
            finish(cpu);
        } catch (ExitSignal exit) {
            noteVectoring(cpu);
            throw exit;
        }
    }
}
