package org.jvmx.vmx;

/** The basic exit reasons. SDM Vol. 3, appendix "VMX Basic Exit Reasons". The names are Linux's. */
public enum ExitReason {
    EXCEPTION_NMI(0, "Exception or non-maskable interrupt (NMI)", QualificationView.EXCEPTION),
    EXTERNAL_INTERRUPT(1, "External interrupt", QualificationView.NONE),
    TRIPLE_FAULT(2, "Triple fault", QualificationView.NONE),
    INIT_SIGNAL(3, "INIT signal", QualificationView.NONE),
    SIPI_SIGNAL(4, "Start-up IPI (SIPI)", QualificationView.NUMBER),
    IO_SMI(5, "I/O system-management interrupt (SMI)", QualificationView.NONE),
    OTHER_SMI(6, "Other SMI", QualificationView.NONE),
    INTERRUPT_WINDOW(7, "Interrupt window", QualificationView.NONE),
    NMI_WINDOW(8, "NMI window", QualificationView.NONE),
    TASK_SWITCH(9, "Task switch", QualificationView.TASK_SWITCH),
    CPUID(10, "CPUID", QualificationView.NONE),
    GETSEC(11, "GETSEC", QualificationView.NONE),
    HLT(12, "HLT", QualificationView.NONE),
    INVD(13, "INVD", QualificationView.NONE),
    INVLPG(14, "INVLPG", QualificationView.LINEAR_ADDRESS),
    RDPMC(15, "RDPMC", QualificationView.NONE),
    RDTSC(16, "RDTSC", QualificationView.NONE),
    RSM(17, "RSM", QualificationView.NONE),
    VMCALL(18, "VMCALL", QualificationView.NONE),
    VMCLEAR(19, "VMCLEAR", QualificationView.NUMBER),
    VMLAUNCH(20, "VMLAUNCH", QualificationView.NONE),
    VMPTRLD(21, "VMPTRLD", QualificationView.NUMBER),
    VMPTRST(22, "VMPTRST", QualificationView.NUMBER),
    VMREAD(23, "VMREAD", QualificationView.NUMBER),
    VMRESUME(24, "VMRESUME", QualificationView.NONE),
    VMWRITE(25, "VMWRITE", QualificationView.NUMBER),
    VMOFF(26, "VMXOFF", QualificationView.NONE),
    VMON(27, "VMXON", QualificationView.NUMBER),
    CR_ACCESS(28, "Control-register accesses", QualificationView.CR_ACCESS),
    DR_ACCESS(29, "MOV DR", QualificationView.DR_ACCESS),
    IO_INSTRUCTION(30, "I/O instruction", QualificationView.IO),
    MSR_READ(31, "RDMSR", QualificationView.NONE),
    MSR_WRITE(32, "WRMSR", QualificationView.NONE),
    INVALID_STATE(33, "VM-entry failure due to invalid guest state", QualificationView.ENTRY_FAILURE),
    MSR_LOAD_FAIL(34, "VM-entry failure due to MSR loading", QualificationView.NUMBER),
    MWAIT_INSTRUCTION(36, "MWAIT", QualificationView.NUMBER),
    MONITOR_TRAP_FLAG(37, "Monitor trap flag", QualificationView.NONE),
    MONITOR_INSTRUCTION(39, "MONITOR", QualificationView.NONE),
    PAUSE_INSTRUCTION(40, "PAUSE", QualificationView.NONE),
    MCE_DURING_VMENTRY(41, "VM-entry failure due to machine-check event", QualificationView.ENTRY_FAILURE),
    TPR_BELOW_THRESHOLD(43, "TPR below threshold", QualificationView.NONE),
    APIC_ACCESS(44, "APIC access", QualificationView.APIC_ACCESS),
    EOI_INDUCED(45, "Virtualized EOI", QualificationView.NUMBER),
    GDTR_IDTR(46, "Access to GDTR or IDTR", QualificationView.NUMBER),
    LDTR_TR(47, "Access to LDTR or TR", QualificationView.NUMBER),
    EPT_VIOLATION(48, "EPT violation", QualificationView.EPT_VIOLATION),
    EPT_MISCONFIG(49, "EPT misconfiguration", QualificationView.NONE),
    INVEPT(50, "INVEPT", QualificationView.NUMBER),
    RDTSCP(51, "RDTSCP", QualificationView.NONE),
    PREEMPTION_TIMER(52, "VMX-preemption timer expired", QualificationView.NONE),
    INVVPID(53, "INVVPID", QualificationView.NUMBER),
    WBINVD(54, "WBINVD or WBNOINVD", QualificationView.NONE),
    XSETBV(55, "XSETBV", QualificationView.NONE),
    APIC_WRITE(56, "APIC write", QualificationView.NUMBER),
    RDRAND(57, "RDRAND", QualificationView.NONE),
    INVPCID(58, "INVPCID", QualificationView.NUMBER),
    VMFUNC(59, "VMFUNC", QualificationView.NONE),
    ENCLS(60, "ENCLS", QualificationView.NONE),
    RDSEED(61, "RDSEED", QualificationView.NONE),
    PML_FULL(62, "Page-modification log full", QualificationView.NUMBER),
    XSAVES(63, "XSAVES", QualificationView.NUMBER),
    XRSTORS(64, "XRSTORS", QualificationView.NUMBER),
    PCONFIG(65, "PCONFIG", QualificationView.NONE),
    SPP_EVENT(66, "SPP-related event", QualificationView.NUMBER),
    UMWAIT(67, "UMWAIT", QualificationView.NONE),
    TPAUSE(68, "TPAUSE", QualificationView.NONE),
    LOADIWKEY(69, "LOADIWKEY", QualificationView.NONE),
    ENCLV(70, "ENCLV", QualificationView.NONE),
    ENQCMD_PASID(72, "ENQCMD PASID translation failure", QualificationView.LINEAR_ADDRESS),
    ENQCMDS_PASID(73, "ENQCMDS PASID translation failure", QualificationView.LINEAR_ADDRESS),
    BUS_LOCK(74, "Bus lock", QualificationView.NONE),
    NOTIFY(75, "Instruction timeout", QualificationView.NUMBER),
    SEAMCALL(76, "SEAMCALL", QualificationView.NONE),
    TDCALL(77, "TDCALL", QualificationView.NONE),
    RDMSRLIST(78, "RDMSRLIST", QualificationView.NUMBER),
    WRMSRLIST(79, "WRMSRLIST", QualificationView.NUMBER);

    /** How many reasons there are. */
    public static final int COUNT = values().length;

    private static final ExitReason[] BY_NUMBER = index();

    private final int number;
    private final String title;
    private final QualificationView view;

    ExitReason(int number, String title, QualificationView view) {
        this.number = number;
        this.title = title;
        this.view = view;
    }

    /** The basic exit reason: bits 15:0 of the exit-reason field. */
    public int number() {
        return number;
    }

    /** The SDM's name of the event. */
    public String title() {
        return title;
    }

    /** How to read the exit qualification. */
    public QualificationView view() {
        return view;
    }

    /** The reason in bits 15:0 of an exit-reason field, or null if the SDM defines none. */
    public static ExitReason of(long exitReason) {
        int number = (int) exitReason & 0xffff;
        return number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }

    private static ExitReason[] index() {
        ExitReason[] table = new ExitReason[WRMSRLIST.number + 1];
        for (ExitReason reason : values()) {
            table[reason.number] = reason;
        }
        return table;
    }
}
