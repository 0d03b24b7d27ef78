package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

import org.jvmx.arch.Vector;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.Interruptibility;
import org.jvmx.vmx.Interruption;

/** {@code kvm_vcpu_events} in the words of a VMCS: what is delivered at the next entry, and what blocks events. */
final class EventFile {
    private static final long EXCEPTION = Layouts.offset(Layouts.VCPU_EVENTS, "exception");
    private static final long EXCEPTION_NR = EXCEPTION + 1;
    private static final long HAS_CODE = EXCEPTION + 2;
    private static final long EXCEPTION_PENDING = EXCEPTION + 3;
    private static final long CODE = Layouts.offset(Layouts.VCPU_EVENTS, "exception", "error_code");
    private static final long INTERRUPT = Layouts.offset(Layouts.VCPU_EVENTS, "interrupt");
    private static final long INTERRUPT_NR = INTERRUPT + 1;
    private static final long SOFT = INTERRUPT + 2;
    private static final long SHADOW = INTERRUPT + 3;
    private static final long NMI = Layouts.offset(Layouts.VCPU_EVENTS, "nmi");
    private static final long NMI_MASKED = NMI + 2;
    private static final long FLAGS = Layouts.offset(Layouts.VCPU_EVENTS, "flags");
    private static final int VALID_NMI_PENDING = 1;
    private static final int VALID_SHADOW = 1 << 2;
    /** KVM's shadow: bit 0 is by MOV SS, bit 1 by STI. */
    private static final int BY_MOV_SS = 1;
    private static final int BY_STI = 2;

    private final RegisterFile registers;

    EventFile(RegisterFile registers) {
        this.registers = registers;
    }

    /** The interruptibility-state field. */
    int interruptibility() {
        MemorySegment events = registers.group(RegisterFile.EVENTS);
        int shadow = events.get(JAVA_BYTE, SHADOW);
        return ((shadow & BY_STI) != 0 ? Interruptibility.BLOCKING_BY_STI : 0)
                | ((shadow & BY_MOV_SS) != 0 ? Interruptibility.BLOCKING_BY_MOV_SS : 0)
                | (events.get(JAVA_BYTE, NMI_MASKED) != 0 ? Interruptibility.BLOCKING_BY_NMI : 0);
    }

    void interruptibility(int state) {
        MemorySegment events = change();
        int shadow = ((state & Interruptibility.BLOCKING_BY_STI) != 0 ? BY_STI : 0)
                | ((state & Interruptibility.BLOCKING_BY_MOV_SS) != 0 ? BY_MOV_SS : 0);
        events.set(JAVA_BYTE, SHADOW, (byte) shadow);
        events.set(JAVA_BYTE, NMI_MASKED, (byte) ((state & Interruptibility.BLOCKING_BY_NMI) != 0 ? 1 : 0));
    }

    private MemorySegment change() {
        MemorySegment events = registers.change(RegisterFile.EVENTS);
        events.set(JAVA_INT, FLAGS, VALID_NMI_PENDING | VALID_SHADOW);
        return events;
    }

    /** An event for the next entry; the arguments are those of the VM-entry fields. */
    void inject(int information, int errorCode) {
        MemorySegment events = change();
        events.set(JAVA_BYTE, SHADOW, (byte) 0);
        int vector = Interruption.vector(information);
        switch (Interruption.type(information)) {
            case Interruption.NMI -> events.set(JAVA_BYTE, NMI, (byte) 1);
            case Interruption.EXTERNAL, Interruption.SOFTWARE_INTERRUPT -> interrupt(events, vector);
            default -> exception(events, vector, information, errorCode);
        }
    }

    private static void interrupt(MemorySegment events, int vector) {
        events.set(JAVA_BYTE, INTERRUPT, (byte) 1);
        events.set(JAVA_BYTE, INTERRUPT_NR, (byte) vector);
        events.set(JAVA_BYTE, SOFT, (byte) 0);
    }

    private static void exception(MemorySegment events, int vector, int information, int errorCode) {
        events.set(JAVA_BYTE, EXCEPTION, (byte) 1);
        events.set(JAVA_BYTE, EXCEPTION_PENDING, (byte) 0);
        events.set(JAVA_BYTE, EXCEPTION_NR, (byte) vector);
        events.set(JAVA_BYTE, HAS_CODE, (byte) (Interruption.hasErrorCode(information) ? 1 : 0));
        events.set(JAVA_INT, CODE, errorCode);
    }

    /** Takes back a general-protection exception that KVM was about to deliver. */
    void forgetGeneralProtection() {
        if (registers.group(RegisterFile.EVENTS).get(JAVA_BYTE, EXCEPTION_NR) == Vector.GP) {
            MemorySegment events = change();
            events.set(JAVA_BYTE, EXCEPTION, (byte) 0);
            events.set(JAVA_BYTE, EXCEPTION_PENDING, (byte) 0);
        }
    }
}
