package org.jvmx.vmx;

import java.util.function.LongFunction;

/** The forms of the exit qualification. SDM Vol. 3, "Basic VM-Exit Information". */
public enum QualificationView {
    /** The qualification is not used and reads 0. */
    NONE(bits -> null),
    /** A plain number: a vector, a list entry, a displacement, an offset. */
    NUMBER(PlainNumber::new),
    /** A linear address. */
    LINEAR_ADDRESS(LinearAddress::new),
    /** A page fault's address, or what a debug exception hit. */
    EXCEPTION(DebugException::new),
    TASK_SWITCH(TaskSwitch::new),
    CR_ACCESS(CrAccess::new),
    DR_ACCESS(DrAccess::new),
    IO(IoQualification::new),
    APIC_ACCESS(ApicAccess::new),
    EPT_VIOLATION(EptViolation::new),
    ENTRY_FAILURE(EntryFailure::new);

    private final LongFunction<Record> form;

    QualificationView(LongFunction<Record> form) {
        this.form = form;
    }

    /** The record that names the parts of a qualification, or null where none is defined. */
    public Record of(long qualification) {
        return form.apply(qualification);
    }

    /** A qualification that is a number. */
    public record PlainNumber(long bits) {
    }

    /** A qualification that is a linear address. */
    public record LinearAddress(long bits) {
    }

    /** Why a VM entry failed late. SDM Vol. 3, "VM-Entry Failures During or After Loading Guest State". */
    public record EntryFailure(long bits) {
        /** Nothing more is known. */
        public static final int NONE = 0;
        /** The PDPTEs are bad. */
        public static final int PDPTE = 2;
        /** An NMI was to be injected into a guest that blocks events by STI. */
        public static final int NMI_BLOCKED_BY_STI = 3;
        /** The VMCS link pointer is bad. */
        public static final int LINK_POINTER = 4;
    }
}
