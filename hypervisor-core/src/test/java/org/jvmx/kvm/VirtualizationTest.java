package org.jvmx.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class VirtualizationTest {
    @Test
    void aFlagTellsIt() {
        assertEquals(Virtualization.VT_X, Virtualization.of("flags\t\t: fpu vme vmx smx"));
        assertEquals(Virtualization.AMD_V, Virtualization.of("flags\t\t: fpu svm"));
        assertEquals(Virtualization.NONE, Virtualization.of("flags\t\t: fpu svm_lock vmx_flags hypervisor"));
        assertEquals(Virtualization.NONE, Virtualization.of(""));
    }
}
