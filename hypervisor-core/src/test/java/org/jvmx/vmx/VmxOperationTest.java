package org.jvmx.vmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.jvmx.arch.Vector;

/** The results 0, 1 and 2 of the VMX instructions, and every VM-instruction error that they can give. */
class VmxOperationTest {
    private static final long TOO_WIDE = 1L << FakeProcessor.WIDTH;

    private static void assertFails(VmxError error, Rig rig, int result) {
        assertEquals(Vmx.FAIL_VALID, result);
        assertEquals(error, rig.error());
    }

    private static void assertFault(int vector, org.junit.jupiter.api.function.Executable instruction) {
        assertEquals(vector, assertThrows(VmxFault.class, instruction).vector());
    }

    @Test
    void outsideVmxOperationEveryInstructionButVmxonIsUndefined() {
        try (Rig rig = Rig.outside()) {
            assertFault(Vector.UD, rig.vmx::vmxoff);
            assertFault(Vector.UD, () -> rig.vmx.vmclear(0));
            assertFault(Vector.UD, () -> rig.vmx.vmptrld(0));
            assertFault(Vector.UD, rig.vmx::vmptrst);
            assertFault(Vector.UD, () -> rig.vmx.vmread(VmcsField.GUEST_RIP));
            assertFault(Vector.UD, () -> rig.vmx.vmwrite(VmcsField.GUEST_RIP, 0));
            assertFault(Vector.UD, rig.vmx::vmlaunch);
            assertFault(Vector.UD, rig.vmx::vmresume);
            assertFault(Vector.UD, rig.vmx::vmcall);
            assertFault(Vector.UD, () -> rig.vmx.invept(2, 0));
            assertFault(Vector.UD, () -> rig.vmx.invvpid(2, 0, 0));
        }
    }

    @Test
    void vmxonFaultsWithoutVmxeAndWithoutALockedFeatureControl() {
        try (Rig rig = Rig.outside()) {
            rig.root.cr4 = 0;
            assertFault(Vector.UD, () -> rig.vmx.vmxon(rig.vmxonRegion));
            rig.root.cr4 = RootState.MONITOR.cr4();
            rig.root.featureControl = RootState.VMX_OUTSIDE_SMX;
            assertFault(Vector.GP, () -> rig.vmx.vmxon(rig.vmxonRegion));
            rig.root.featureControl = RootState.MONITOR.featureControl();
            rig.root.cr0 = 1;
            assertFault(Vector.GP, () -> rig.vmx.vmxon(rig.vmxonRegion));
            rig.root.cr0 = RootState.MONITOR.cr0();
            rig.root.cpl = 3;
            assertFault(Vector.GP, () -> rig.vmx.vmxon(rig.vmxonRegion));
            rig.root.cpl = 0;
            assertEquals(Vmx.SUCCEED, rig.vmx.vmxon(rig.vmxonRegion));
            rig.root.cpl = 1;
            assertFault(Vector.GP, rig.vmx::vmxoff);
        }
    }

    @Test
    void vmxonNeedsAnAlignedRegionWithTheRevision() {
        try (Rig rig = Rig.outside()) {
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmxon(rig.vmxonRegion + 8));
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmxon(TOO_WIDE));
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmxon(rig.page()));
            assertEquals(Vmx.SUCCEED, rig.vmx.vmxon(rig.vmxonRegion));
        }
    }

    @Test
    void withoutACurrentVmcsThereIsNoPlaceForANumber() {
        try (Rig rig = Rig.outside()) {
            rig.vmx.vmxon(rig.vmxonRegion);
            assertEquals(-1, rig.vmx.vmptrst());
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmxon(rig.vmxonRegion));
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmclear(1));
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmptrld(1));
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmread(VmcsField.GUEST_RIP));
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmwrite(VmcsField.GUEST_RIP, 0));
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmlaunch());
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmresume());
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.vmcall());
            assertEquals(Vmx.FAIL_INVALID, rig.vmx.invept(0, 0));
            assertThrows(IllegalStateException.class, () -> rig.vmx.read(VmcsField.GUEST_RIP));
            assertThrows(IllegalStateException.class, () -> rig.vmx.write(VmcsField.GUEST_RIP, 0));
        }
    }

    @Test
    void pointersAreChecked() {
        try (Rig rig = Rig.software()) {
            assertFails(VmxError.VMXON_IN_ROOT, rig, rig.vmx.vmxon(rig.vmxonRegion));
            assertFails(VmxError.VMCLEAR_INVALID_ADDRESS, rig, rig.vmx.vmclear(rig.region + 8));
            assertFails(VmxError.VMCLEAR_INVALID_ADDRESS, rig, rig.vmx.vmclear(TOO_WIDE));
            assertFails(VmxError.VMCLEAR_VMXON_POINTER, rig, rig.vmx.vmclear(rig.vmxonRegion));
            assertFails(VmxError.VMPTRLD_INVALID_ADDRESS, rig, rig.vmx.vmptrld(rig.region + 8));
            assertFails(VmxError.VMPTRLD_VMXON_POINTER, rig, rig.vmx.vmptrld(rig.vmxonRegion));
            assertFails(VmxError.VMPTRLD_WRONG_REVISION, rig, rig.vmx.vmptrld(rig.page()));
            long shadow = rig.newRegion();
            rig.host.writeInt(shadow, rig.capabilities.revision() | 1 << 31);
            assertFails(VmxError.VMPTRLD_WRONG_REVISION, rig, rig.vmx.vmptrld(shadow));
            assertEquals(rig.region, rig.vmx.vmptrst(), "the current VMCS stays");
            assertFails(VmxError.VMCALL_IN_ROOT, rig, rig.vmx.vmcall());
        }
    }

    @Test
    void launchStateDecidesBetweenLaunchAndResume() {
        try (Rig rig = Rig.software()) {
            assertFails(VmxError.VMRESUME_NOT_LAUNCHED, rig, rig.vmx.vmresume());
            assertEquals(Vmx.SUCCEED, rig.vmx.vmlaunch());
            assertFails(VmxError.VMLAUNCH_NOT_CLEAR, rig, rig.vmx.vmlaunch());
            assertEquals(Vmx.SUCCEED, rig.vmx.vmresume());
            rig.vmx.vmclear(rig.region);
            assertEquals(-1, rig.vmx.vmptrst());
            rig.vmx.vmptrld(rig.region);
            assertFails(VmxError.VMRESUME_NOT_LAUNCHED, rig, rig.vmx.vmresume());
            assertEquals(Vmx.SUCCEED, rig.vmx.vmlaunch());
        }
    }

    @Test
    void aLaunchedVmcsCannotBeResumedInAnotherVmxOperation() {
        try (Rig rig = Rig.software()) {
            rig.vmx.vmlaunch();
            rig.vmx.vmxoff();
            rig.vmx.vmxon(rig.vmxonRegion);
            rig.vmx.vmptrld(rig.region);
            assertFails(VmxError.VMRESUME_AFTER_VMXOFF, rig, rig.vmx.vmresume());
            assertFails(VmxError.VMLAUNCH_NOT_CLEAR, rig, rig.vmx.vmlaunch());
            rig.vmx.vmclear(rig.region);
            rig.vmx.vmptrld(rig.region);
            assertEquals(Vmx.SUCCEED, rig.vmx.vmlaunch());
        }
    }

    @Test
    void blockingByMovSsComesBeforeTheLaunchState() {
        try (Rig rig = Rig.software()) {
            rig.root.movSs = true;
            assertFails(VmxError.BLOCKED_BY_MOV_SS, rig, rig.vmx.vmresume());
            assertFails(VmxError.BLOCKED_BY_MOV_SS, rig, rig.vmx.vmlaunch());
        }
    }

    @Test
    void unsupportedAndReadOnlyComponentsAreErrors12And13() {
        try (Rig rig = Rig.software()) {
            assertFails(VmxError.UNSUPPORTED_COMPONENT, rig, rig.vmx.vmread(VmcsField.PML_ADDRESS));
            assertFails(VmxError.UNSUPPORTED_COMPONENT, rig, rig.vmx.vmwrite(VmcsField.TSC_MULTIPLIER, 1));
            assertFails(VmxError.UNSUPPORTED_COMPONENT, rig, rig.vmx.vmread(0x681cL + 0x400));
            assertFails(VmxError.UNSUPPORTED_COMPONENT, rig, rig.vmx.vmwrite(1L << 32, 0));
            assertFails(VmxError.READ_ONLY_COMPONENT, rig, rig.vmx.vmwrite(VmcsField.EXIT_REASON, 0));
        }
    }

    @Test
    void encodedAccessReachesBothHalvesOf64BitFields() {
        try (Rig rig = Rig.software()) {
            assertEquals(Vmx.SUCCEED, rig.vmx.vmwrite(0x2010L, 0x1122_3344_5566_7788L));
            assertEquals(Vmx.SUCCEED, rig.vmx.vmread(0x2011L));
            assertEquals(0x1122_3344L, rig.vmx.value());
            assertEquals(Vmx.SUCCEED, rig.vmx.vmwrite(0x2011L, 0xffff_ffff_0000_0009L));
            assertEquals(0x9_5566_7788L, rig.vmx.read(VmcsField.TSC_OFFSET));
            assertFails(VmxError.UNSUPPORTED_COMPONENT, rig, rig.vmx.vmread(0x4001L));
        }
    }

    @Test
    void fieldsKeepTheBitsOfTheirWidth() {
        try (Rig rig = Rig.software()) {
            rig.set(VmcsField.GUEST_ES_SELECTOR, -1).set(VmcsField.GUEST_ES_LIMIT, -1).set(VmcsField.GUEST_RSP, -1);
            assertEquals(0xffff, rig.vmx.read(VmcsField.GUEST_ES_SELECTOR));
            assertEquals(0xffff_ffffL, rig.vmx.read(VmcsField.GUEST_ES_LIMIT));
            assertEquals(-1, rig.vmx.read(VmcsField.GUEST_RSP));
        }
    }

    @Test
    void invalidationsCheckTheirOperands() {
        try (Rig rig = Rig.software()) {
            assertFails(VmxError.INVALID_INVALIDATION_OPERAND, rig, rig.vmx.invept(0, 0));
            assertFails(VmxError.INVALID_INVALIDATION_OPERAND, rig, rig.vmx.invept(3, 0));
            assertFails(VmxError.INVALID_INVALIDATION_OPERAND, rig, rig.vmx.invept(1, 5));
            assertEquals(Vmx.SUCCEED, rig.vmx.invept(1, 0x101e));
            assertEquals("ept 1 " + 0x101e, rig.processor.invalidated);
            assertFails(VmxError.INVALID_INVALIDATION_OPERAND, rig, rig.vmx.invvpid(4, 1, 0));
            assertFails(VmxError.INVALID_INVALIDATION_OPERAND, rig, rig.vmx.invvpid(1, 0, 0));
            assertFails(VmxError.INVALID_INVALIDATION_OPERAND, rig, rig.vmx.invvpid(1, 0x1_0001, 0));
            assertFails(VmxError.INVALID_INVALIDATION_OPERAND, rig, rig.vmx.invvpid(0, 1, 1L << 47));
            assertEquals(Vmx.SUCCEED, rig.vmx.invvpid(2, 0, 0));
            assertEquals(Vmx.SUCCEED, rig.vmx.invvpid(0, 7, 0x1000));
            assertEquals("vpid 0 7 4096", rig.processor.invalidated);
        }
    }

    @Test
    void aProcessorWithoutEptAndVpidsHasNoInvalidations() {
        CapabilityMsrs few = new CapabilityMsrs(java.util.List.of(), 1, 0);
        VmxOperation vmx = new VmxOperation(null, new FakeProcessor(), few, RootState.MONITOR);
        assertFault(Vector.UD, () -> vmx.invept(1, 0));
        assertFault(Vector.UD, () -> vmx.invvpid(1, 1, 0));
        assertFalse(few.has(VmcsField.SECONDARY_CONTROLS));
        assertFalse(few.has(VmcsField.GUEST_IA32_EFER));
    }

    @Test
    void regionsBeyondMemoryReadAllOnesAndSwallowWrites() {
        try (Rig rig = Rig.software()) {
            assertEquals(Vmx.SUCCEED, rig.vmx.vmclear(1L << 40));
            assertFails(VmxError.VMPTRLD_WRONG_REVISION, rig, rig.vmx.vmptrld(1L << 40));
        }
    }
}
