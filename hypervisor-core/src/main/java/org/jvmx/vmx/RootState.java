package org.jvmx.vmx;

import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;

/** What the VMX instructions look at in the processor that executes them, besides their operands. */
public interface RootState {
    /** A monitor in Java: 64-bit mode at privilege level 0, VMX enabled and locked. */
    RootState MONITOR = new RootState() {
        @Override
        public long cr0() {
            return Cr0.PG | Cr0.NE | Cr0.ET | Cr0.PE;
        }

        @Override
        public long cr4() {
            return Cr4.VMXE | Cr4.PAE;
        }

        @Override
        public long efer() {
            return Efer.LMA | Efer.LME;
        }

        @Override
        public int cpl() {
            return 0;
        }

        @Override
        public long featureControl() {
            return LOCK | VMX_OUTSIDE_SMX;
        }

        @Override
        public boolean blockingByMovSs() {
            return false;
        }
    };

    /** IA32_FEATURE_CONTROL: lock. */
    long LOCK = 1;

    /** IA32_FEATURE_CONTROL: enable VMX outside SMX operation. */
    long VMX_OUTSIDE_SMX = 1 << 2;

    /** CR0. */
    long cr0();

    /** CR4. */
    long cr4();

    /** IA32_EFER. */
    long efer();

    /** The current privilege level. */
    int cpl();

    /** IA32_FEATURE_CONTROL. */
    long featureControl();

    /** Whether events are blocked by MOV SS. */
    boolean blockingByMovSs();
}
