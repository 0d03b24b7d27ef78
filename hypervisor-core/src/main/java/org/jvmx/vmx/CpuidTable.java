package org.jvmx.vmx;

/** What CPUID tells of a processor model, as it is before software has enabled anything. */
@FunctionalInterface
public interface CpuidTable {
    /** Answers {@code leaf} and {@code subleaf} by {@link Access#answerCpuid}. */
    void answer(int leaf, int subleaf, Access access);
}
