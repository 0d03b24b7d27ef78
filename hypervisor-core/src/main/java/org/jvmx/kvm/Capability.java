package org.jvmx.kvm;

/** The extensions of the KVM interface that are asked for. Linux, "The Definitive KVM API Documentation". */
public enum Capability {
    IRQCHIP(0, "interrupt controllers in the kernel", false),
    USER_MEMORY(3, "guest memory of ours in memory slots", true),
    NR_VCPUS(9, "virtual processors recommended", false),
    NR_MEMSLOTS(10, "memory slots", false),
    MP_STATE(14, "the activity of a processor with its local APIC in the kernel", false),
    COALESCED_MMIO(15, "writes to device memory that come late, all at once", false),
    SET_GUEST_DEBUG(23, "single steps", false),
    IRQFD(32, "interrupts by event counters", false),
    IOEVENTFD(36, "doorbells that ring without an exit", false),
    VCPU_EVENTS(41, "pending events", true),
    DEBUGREGS(50, "debug registers", true),
    XSAVE(55, "floating-point state as XSAVE has it", false),
    XCRS(56, "extended control registers", false),
    GET_TSC_KHZ(61, "the rate of the time-stamp counter", false),
    SYNC_REGS(74, "registers in shared memory", false),
    READONLY_MEM(81, "read-only memory slots", false),
    SPLIT_IRQCHIP(121, "local APICs in the kernel", false),
    IMMEDIATE_EXIT(136, "completion without running the guest", true),
    COALESCED_PIO(162, "writes to ports that come late, all at once", false),
    X86_USER_SPACE_MSR(188, "MSR accesses for us to answer", false),
    X86_MSR_FILTER(189, "the choice of MSRs", false),
    SREGS2(200, "page-directory-pointer-table entries", false),
    EXIT_HYPERCALL(201, "hypercalls for us to answer", false),
    DISABLE_QUIRKS2(213, "a VMCALL that is left as it is", false);

    private final int number;
    private final String meaning;
    private final boolean required;

    Capability(int number, String meaning, boolean required) {
        this.number = number;
        this.meaning = meaning;
        this.required = required;
    }

    /** Its number. */
    public int number() {
        return number;
    }

    /** What it is, for people. */
    public String meaning() {
        return meaning;
    }

    /** Whether this backend cannot do without it. */
    public boolean required() {
        return required;
    }
}
