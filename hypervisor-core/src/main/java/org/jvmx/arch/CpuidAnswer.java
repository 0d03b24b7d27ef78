package org.jvmx.arch;

/** The four registers that CPUID gives; to be filled again and again. */
public final class CpuidAnswer {
    public int eax;
    public int ebx;
    public int ecx;
    public int edx;

    /** All zero. */
    public CpuidAnswer() {
    }

    void set(int a, int b, int c, int d) {
        eax = a;
        ebx = b;
        ecx = c;
        edx = d;
    }
}
