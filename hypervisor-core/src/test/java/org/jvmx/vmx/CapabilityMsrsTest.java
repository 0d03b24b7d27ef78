package org.jvmx.vmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvmx.arch.Msr;

class CapabilityMsrsTest {
    private final CapabilityMsrs software = CapabilityMsrs.software(0x0037_07ff);

    @Test
    void theSoftwareProcessorsMsrsAreTheGoldenOnes() {
        assertEquals(0x00d8_1000_4a56_4d58L, software.read(Msr.VMX_BASIC));
        assertEquals(0x0000_007f_0000_0016L, software.read(Msr.VMX_PINBASED_CTLS));
        assertEquals(0x0000_007f_0000_0016L, software.read(Msr.VMX_TRUE_PINBASED_CTLS));
        assertEquals(0xfff9_fffe_0401_e172L, software.read(Msr.VMX_PROCBASED_CTLS));
        assertEquals(0xfff9_fffe_0400_6172L, software.read(Msr.VMX_TRUE_PROCBASED_CTLS));
        assertEquals(0x0011_1cee_0000_0000L, software.read(Msr.VMX_PROCBASED_CTLS2));
        assertEquals(0x007f_efff_0003_6dffL, software.read(Msr.VMX_EXIT_CTLS));
        assertEquals(0x007f_efff_0003_6dfbL, software.read(Msr.VMX_TRUE_EXIT_CTLS));
        assertEquals(0x0000_d3ff_0000_11ffL, software.read(Msr.VMX_ENTRY_CTLS));
        assertEquals(0x0000_d3ff_0000_11fbL, software.read(Msr.VMX_TRUE_ENTRY_CTLS));
        assertEquals(0x4004_01e0L, software.read(Msr.VMX_MISC));
        assertEquals(0x8000_0021L, software.read(Msr.VMX_CR0_FIXED0));
        assertEquals(0xffff_ffffL, software.read(Msr.VMX_CR0_FIXED1));
        assertEquals(0x2000L, software.read(Msr.VMX_CR4_FIXED0));
        assertEquals(0x0037_27ffL, software.read(Msr.VMX_CR4_FIXED1));
        assertEquals(0x2eL, software.read(Msr.VMX_VMCS_ENUM));
        assertEquals(0x0000_0f01_0633_4141L, software.read(Msr.VMX_EPT_VPID_CAP));
    }

    @Test
    void vmfuncHasAnMsrOnlyWhereItExists() {
        assertTrue(software.owns(Msr.VMX_BASIC));
        assertTrue(software.owns(Msr.VMX_TRUE_ENTRY_CTLS));
        assertFalse(software.owns(Msr.VMX_VMFUNC));
        assertTrue(new CapabilityMsrs(List.of(SecondaryControl.ENABLE_VM_FUNCTIONS), 1, 0).owns(Msr.VMX_VMFUNC));
    }

    @Test
    void aWordHoldsWhatMustBeOneAndWhatIsAsked() {
        assertEquals(0x0400_6172 | 1 << 7, software.word(ControlWord.PRIMARY, PrimaryControl.HLT_EXITING));
        assertThrows(IllegalArgumentException.class, () -> software.word(ControlWord.PRIMARY, PinBasedControl.NMI_EXITING));
    }

    @Test
    void fieldsExistWithTheirControls() {
        assertTrue(software.has(VmcsField.EPT_POINTER));
        assertTrue(software.has(VmcsField.GUEST_IA32_PAT));
        assertTrue(software.has(VmcsField.PREEMPTION_TIMER_VALUE));
        assertFalse(software.has(VmcsField.PML_ADDRESS));
        assertFalse(software.has(VmcsField.GUEST_IA32_PERF_GLOBAL_CTRL));
        assertFalse(software.has(VmcsField.GUEST_SSP));
        assertFalse(software.has(VmcsField.INJECTED_EVENT_DATA));
    }
}
