package org.jvmx.arch;

/** Feature bits of CPUID, by the names of the SDM. SDM Vol. 2, "CPUID". */
public enum CpuidBit {
    SSE3(1, CpuidBit.ECX, 0), PCLMULQDQ(1, CpuidBit.ECX, 1), MONITOR(1, CpuidBit.ECX, 3), VMX(1, CpuidBit.ECX, 5), SMX(1, CpuidBit.ECX, 6),
    SSSE3(1, CpuidBit.ECX, 9), FMA(1, CpuidBit.ECX, 12), CX16(1, CpuidBit.ECX, 13), PCID(1, CpuidBit.ECX, 17), SSE41(1, CpuidBit.ECX, 19),
    SSE42(1, CpuidBit.ECX, 20),
    X2APIC(1, CpuidBit.ECX, 21), MOVBE(1, CpuidBit.ECX, 22), POPCNT(1, CpuidBit.ECX, 23), TSC_DEADLINE(1, CpuidBit.ECX, 24),
    AES(1, CpuidBit.ECX, 25), XSAVE(1, CpuidBit.ECX, 26), OSXSAVE(1, CpuidBit.ECX, 27), AVX(1, CpuidBit.ECX, 28), F16C(1, CpuidBit.ECX, 29),
    RDRAND(1, CpuidBit.ECX, 30),
    HYPERVISOR(1, CpuidBit.ECX, 31),
    FPU(1, CpuidBit.EDX, 0), VME(1, CpuidBit.EDX, 1), DE(1, CpuidBit.EDX, 2), PSE(1, CpuidBit.EDX, 3), TSC(1, CpuidBit.EDX, 4),
    MSR(1, CpuidBit.EDX, 5), PAE(1, CpuidBit.EDX, 6), MCE(1, CpuidBit.EDX, 7), CX8(1, CpuidBit.EDX, 8), APIC(1, CpuidBit.EDX, 9),
    SEP(1, CpuidBit.EDX, 11), MTRR(1, CpuidBit.EDX, 12), PGE(1, CpuidBit.EDX, 13), MCA(1, CpuidBit.EDX, 14), CMOV(1, CpuidBit.EDX, 15),
    PAT(1, CpuidBit.EDX, 16), PSE36(1, CpuidBit.EDX, 17), CLFSH(1, CpuidBit.EDX, 19), MMX(1, CpuidBit.EDX, 23), FXSR(1, CpuidBit.EDX, 24),
    SSE(1, CpuidBit.EDX, 25), SSE2(1, CpuidBit.EDX, 26), SS(1, CpuidBit.EDX, 27), HTT(1, CpuidBit.EDX, 28),
    FSGSBASE(7, CpuidBit.EBX, 0), TSC_ADJUST(7, CpuidBit.EBX, 1), BMI1(7, CpuidBit.EBX, 3), AVX2(7, CpuidBit.EBX, 5),
    FDP_EXCPTN_ONLY(7, CpuidBit.EBX, 6),
    SMEP(7, CpuidBit.EBX, 7), BMI2(7, CpuidBit.EBX, 8), ERMS(7, CpuidBit.EBX, 9), INVPCID(7, CpuidBit.EBX, 10),
    NO_FCS_FDS(7, CpuidBit.EBX, 13),
    RDSEED(7, CpuidBit.EBX, 18), ADX(7, CpuidBit.EBX, 19), SMAP(7, CpuidBit.EBX, 20), CLFLUSHOPT(7, CpuidBit.EBX, 23),
    CLWB(7, CpuidBit.EBX, 24),
    SHA(7, CpuidBit.EBX, 29), UMIP(7, CpuidBit.ECX, 2), RDPID(7, CpuidBit.ECX, 22), FSRM(7, CpuidBit.EDX, 4),
    SPEC_CTRL(7, CpuidBit.EDX, 26),
    STIBP(7, CpuidBit.EDX, 27), ARCH_CAPABILITIES(7, CpuidBit.EDX, 29), SSBD(7, CpuidBit.EDX, 31),
    XSAVEOPT(0xd, CpuidBit.EAX, 0), XSAVEC(0xd, CpuidBit.EAX, 1), XGETBV1(0xd, CpuidBit.EAX, 2), XSAVES(0xd, CpuidBit.EAX, 3),
    LAHF64(0x8000_0001, CpuidBit.ECX, 0), LZCNT(0x8000_0001, CpuidBit.ECX, 5), PREFETCHW(0x8000_0001, CpuidBit.ECX, 8),
    SYSCALL(0x8000_0001, CpuidBit.EDX, 11), NX(0x8000_0001, CpuidBit.EDX, 20), PAGE1GB(0x8000_0001, CpuidBit.EDX, 26),
    RDTSCP(0x8000_0001, CpuidBit.EDX, 27), LM(0x8000_0001, CpuidBit.EDX, 29), INVARIANT_TSC(0x8000_0007, CpuidBit.EDX, 8);

    /** Registers of an answer, in the order in which they are kept. */
    static final int EAX = 0;
    static final int EBX = 1;
    static final int ECX = 2;
    static final int EDX = 3;

    final int leaf;
    final int register;
    final int mask;

    CpuidBit(int leaf, int register, int bit) {
        this.leaf = leaf;
        this.register = register;
        this.mask = 1 << bit;
    }

    /** The subleaf that the bit is in. */
    int subleaf() {
        return leaf == 0xd ? 1 : 0;
    }
}
