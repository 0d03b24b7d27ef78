package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.PrimaryControl;

/** The exits of KVM in the words of VMX. */
final class KvmExits {
    static final int DEBUG = 4;
    static final int SET_TPR = 11;
    static final int BREAKPOINT = 3;
    private static final int DEBUG_EXCEPTION = 1;
    /** In DR6: bits that say why. */
    private static final long DEBUG_CAUSES = 0xe00fL;
    private static final int HLT_LENGTH = 1;
    private static final int EMULATION = 1;
    private static final int MOST_BYTES = 15;

    private static final long HARDWARE_REASON = Layouts.offset(Layouts.RUN, "exit", "fail_entry", "hardware_reason");
    private static final long EXCEPTION = Layouts.offset(Layouts.RUN, "exit", "debug", "exception");
    private static final long DEBUG_PC = Layouts.offset(Layouts.RUN, "exit", "debug", "pc");
    private static final long DR6 = Layouts.offset(Layouts.RUN, "exit", "debug", "dr6");
    private static final long EOI_VECTOR = Layouts.offset(Layouts.RUN, "exit", "eoi", "vector");
    private static final long SUBERROR = Layouts.offset(Layouts.RUN, "exit", "internal", "suberror");
    private static final long DATA_COUNT = Layouts.offset(Layouts.RUN, "exit", "internal", "ndata");
    private static final long BYTE_COUNT = Layouts.offset(Layouts.RUN, "exit", "internal", "insn_size");
    private static final long BYTES = Layouts.offset(Layouts.RUN, "exit", "internal", "insn_bytes");

    private final MemorySegment run;
    private final Vcpu vcpu;
    private final Pending pending;
    private final MemorySlots slots;

    KvmExits(Vcpu vcpu, Pending pending, MemorySlots slots) {
        this.vcpu = vcpu;
        this.run = vcpu.run();
        this.pending = pending;
        this.slots = slots;
    }

    /** Translates the last exit of KVM; false if the guest is to go on at once. */
    boolean translate(Exit exit, ExecutionControls controls) {
        int reason = vcpu.exitReason();
        switch (reason) {
            case 2 -> pending.port(exit);
            case 3 -> pending.hypercall(exit);
            case DEBUG -> debug(exit, controls);
            case 5 -> {
                exit.begin(ExitReason.HLT, 0, HLT_LENGTH);
                pending.halt();
            }
            case 6 -> memory(exit);
            case 7 -> {
                exit.begin(ExitReason.INTERRUPT_WINDOW, 0, 0);
                return controls.has(PrimaryControl.INTERRUPT_WINDOW_EXITING);
            }
            case 8 -> exit.begin(ExitReason.TRIPLE_FAULT, 0, 0);
            case 9 -> entryFailure(exit);
            case 10, 16 -> {
                return false;
            }
            case 17 -> throw internal();
            case 26 -> exit.begin(ExitReason.EOI_INDUCED, run.get(JAVA_BYTE, EOI_VECTOR) & 0xff, 0);
            case 29, 30 -> pending.msr(exit, reason);
            default ->
                throw new BackendException("KVM made an exit with the reason %d, which this backend did not ask for".formatted(reason));
        }
        return true;
    }

    /** A range that may be read and is written is read-only memory: the qualification says what is allowed there. */
    private void memory(Exit exit) {
        pending.memory(exit);
        exit.qualify(exit.qualification() | (long) slots.rights(exit.guestPhysicalAddress()) << 3);
    }

    /** Whether the last exit, a debug exit, is for #DB and not for INT3. */
    boolean isDebugException() {
        return run.get(JAVA_INT, EXCEPTION) == DEBUG_EXCEPTION;
    }

    /** DR6 of the last exit, a debug exit. */
    long debugStatus() {
        return run.get(JAVA_LONG, DR6);
    }

    /** The linear address of the instruction after the last exit, a debug exit. */
    long debugAddress() {
        return run.get(JAVA_LONG, DEBUG_PC);
    }

    private void debug(Exit exit, ExecutionControls controls) {
        if (run.get(JAVA_INT, EXCEPTION) == BREAKPOINT) {
            exit.begin(ExitReason.EXCEPTION_NMI, 0, 1);
            exit.interruption(Interruption.of(Interruption.SOFTWARE_EXCEPTION, BREAKPOINT, false), 0);
        } else if (controls.has(PrimaryControl.MONITOR_TRAP_FLAG)) {
            exit.begin(ExitReason.MONITOR_TRAP_FLAG, 0, 0);
        } else {
            exit.begin(ExitReason.EXCEPTION_NMI, run.get(JAVA_LONG, DR6) & DEBUG_CAUSES, 0);
            exit.interruption(Interruption.of(Interruption.HARDWARE_EXCEPTION, DEBUG_EXCEPTION, false), 0);
        }
    }

    /** On Intel the hardware's reason is the exit-reason field of the entry that failed. */
    private void entryFailure(Exit exit) {
        long hardware = run.get(JAVA_LONG, HARDWARE_REASON);
        ExitReason reason = (hardware & Exit.ENTRY_FAILURE & 0xffff_ffffL) != 0 ? ExitReason.of(hardware) : null;
        exit.beginEntryFailure(reason == null ? ExitReason.INVALID_STATE : reason, hardware);
    }

    private BackendException internal() {
        int suberror = run.get(JAVA_INT, SUBERROR);
        String what = switch (suberror) {
            case EMULATION -> "it could not emulate an instruction";
            case 2 -> "simultaneous exceptions";
            case 3 -> "an exit during the delivery of an event";
            case 4 -> "an exit that it does not know";
            default -> "no more is known";
        };
        StringBuilder bytes = new StringBuilder();
        if (suberror == EMULATION && run.get(JAVA_INT, DATA_COUNT) > 0) {
            int count = Math.min(MOST_BYTES, run.get(JAVA_BYTE, BYTE_COUNT) & 0xff);
            for (int n = 0; n < count; n++) {
                bytes.append(n == 0 ? ", bytes" : "").append(" %02x".formatted(run.get(JAVA_BYTE, BYTES + n)));
            }
        }
        return new BackendException(
                "KVM gave up with internal error %d: %s%s; --backend software runs such a guest".formatted(suberror, what, bytes));
    }
}
