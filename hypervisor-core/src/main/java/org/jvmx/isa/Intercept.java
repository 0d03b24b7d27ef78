package org.jvmx.isa;

/**
 * What makes an instruction leave VMX non-root operation: an unconditional exit or a control of that name. SDM Vol. 3, "Instructions That
 * Cause VM Exits".
 */
public enum Intercept {
    CPUID, GETSEC, INVD, XSETBV, RSM,
    VMCALL, VMCLEAR, VMLAUNCH, VMPTRLD, VMPTRST, VMREAD, VMRESUME, VMWRITE, VMXOFF, VMXON, VMFUNC, INVEPT, INVVPID,
    HLT, INVLPG, INVPCID, RDPMC, RDTSC, RDTSCP, RDPID, MWAIT, MONITOR, PAUSE, WBINVD, RDRAND, RDSEED,
    CR_ACCESS, DR_ACCESS, IO, RDMSR, WRMSR, GDTR_IDTR, LDTR_TR, XSAVES, XRSTORS
}
