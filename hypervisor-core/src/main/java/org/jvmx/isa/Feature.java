package org.jvmx.isa;

/** What CPUID must offer for a row to exist; a row whose feature is not offered is #UD. SDM Vol. 2, "CPUID". */
public enum Feature {
    FPU, TSC, MSR, CX8, SEP, CMOV, CLFSH, MMX, FXSR, SSE, SSE2,
    SSE3, PCLMULQDQ, MONITOR, VMX, SMX, SSSE3, CX16, SSE41, SSE42, MOVBE, POPCNT, AES, XSAVE, RDRAND,
    FSGSBASE, BMI1, BMI2, INVPCID, RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB, SHA, RDPID,
    XSAVEOPT, XSAVEC, XSAVES, AVX, AVX2, FMA, F16C, LAHF64, LZCNT, PREFETCHW, SYSCALL, RDTSCP, LM
}
