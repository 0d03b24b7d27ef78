package org.jvmx.arch;

/** The numbers of model-specific registers. SDM Vol. 4, "Architectural MSRs". */
public final class Msr {
    public static final int P5_MC_ADDR = 0x0;
    public static final int P5_MC_TYPE = 0x1;
    public static final int TSC = 0x10;
    public static final int PLATFORM_ID = 0x17;
    public static final int APIC_BASE = 0x1b;
    public static final int FEATURE_CONTROL = 0x3a;
    public static final int TSC_ADJUST = 0x3b;
    public static final int SPEC_CTRL = 0x48;
    public static final int PRED_CMD = 0x49;
    public static final int BIOS_UPDT_TRIG = 0x79;
    public static final int BIOS_SIGN_ID = 0x8b;
    public static final int PLATFORM_INFO = 0xce;
    public static final int MPERF = 0xe7;
    public static final int APERF = 0xe8;
    public static final int MTRRCAP = 0xfe;
    public static final int ARCH_CAPABILITIES = 0x10a;
    public static final int FLUSH_CMD = 0x10b;
    public static final int MISC_FEATURES_ENABLES = 0x140;
    public static final int SYSENTER_CS = 0x174;
    public static final int SYSENTER_ESP = 0x175;
    public static final int SYSENTER_EIP = 0x176;
    public static final int MCG_CAP = 0x179;
    public static final int MCG_STATUS = 0x17a;
    public static final int MCG_CTL = 0x17b;
    public static final int PERF_STATUS = 0x198;
    public static final int PERF_CTL = 0x199;
    public static final int MISC_ENABLE = 0x1a0;
    public static final int DEBUGCTL = 0x1d9;
    public static final int MTRR_PHYSBASE0 = 0x200;
    public static final int MTRR_PHYSMASK0 = 0x201;
    public static final int MTRR_FIX64K_00000 = 0x250;
    public static final int MTRR_FIX16K_80000 = 0x258;
    public static final int MTRR_FIX16K_A0000 = 0x259;
    public static final int MTRR_FIX4K_C0000 = 0x268;
    public static final int MTRR_FIX4K_F8000 = 0x26f;
    public static final int PAT = 0x277;
    public static final int MTRR_DEF_TYPE = 0x2ff;
    public static final int PERF_GLOBAL_CTRL = 0x38f;
    public static final int MC0_CTL = 0x400;
    public static final int VMX_BASIC = 0x480;
    public static final int VMX_PINBASED_CTLS = 0x481;
    public static final int VMX_PROCBASED_CTLS = 0x482;
    public static final int VMX_EXIT_CTLS = 0x483;
    public static final int VMX_ENTRY_CTLS = 0x484;
    public static final int VMX_MISC = 0x485;
    public static final int VMX_CR0_FIXED0 = 0x486;
    public static final int VMX_CR0_FIXED1 = 0x487;
    public static final int VMX_CR4_FIXED0 = 0x488;
    public static final int VMX_CR4_FIXED1 = 0x489;
    public static final int VMX_VMCS_ENUM = 0x48a;
    public static final int VMX_PROCBASED_CTLS2 = 0x48b;
    public static final int VMX_EPT_VPID_CAP = 0x48c;
    public static final int VMX_TRUE_PINBASED_CTLS = 0x48d;
    public static final int VMX_TRUE_PROCBASED_CTLS = 0x48e;
    public static final int VMX_TRUE_EXIT_CTLS = 0x48f;
    public static final int VMX_TRUE_ENTRY_CTLS = 0x490;
    public static final int VMX_VMFUNC = 0x491;
    public static final int VMX_PROCBASED_CTLS3 = 0x492;
    public static final int VMX_EXIT_CTLS2 = 0x493;
    public static final int TSC_DEADLINE = 0x6e0;
    /** The first MSR of the x2APIC's range. */
    public static final int X2APIC_FIRST = 0x800;
    /** The last MSR of the x2APIC's range. */
    public static final int X2APIC_LAST = 0x8ff;
    public static final int XSS = 0xda0;
    public static final int EFER = 0xc000_0080;
    public static final int STAR = 0xc000_0081;
    public static final int LSTAR = 0xc000_0082;
    public static final int CSTAR = 0xc000_0083;
    public static final int FMASK = 0xc000_0084;
    public static final int FS_BASE = 0xc000_0100;
    public static final int GS_BASE = 0xc000_0101;
    public static final int KERNEL_GS_BASE = 0xc000_0102;
    public static final int TSC_AUX = 0xc000_0103;

    private Msr() {
    }
}
