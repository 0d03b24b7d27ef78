package org.jvmx.vmx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.jvmx.arch.Rflags;

class EntryAllocationTest {
    private static final int ENTRIES = 20_000;

    @Test
    void aSuccessfulEntryAndItsExitAllocateNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Rig rig = Rig.software()) {
            rig.or(VmcsField.GUEST_RFLAGS, Rflags.IF);
            rig.processor.program = exit -> {
                exit.begin(ExitReason.IO_INSTRUCTION, IoQualification.of(0x3f8, 1, false, false, false, true), 2);
                exit.access().port(0x3f8, 1, true, 65);
            };
            rig.vmx.vmlaunch();
            enter(rig, 2_000);
            long before = threads.getCurrentThreadAllocatedBytes();
            enter(rig, ENTRIES);
            long after = threads.getCurrentThreadAllocatedBytes();
            assertEquals(0, (after - before) / ENTRIES, "bytes an entry");
        }
    }

    private static void enter(Rig rig, int times) {
        VmxOperation vmx = rig.vmx;
        for (int i = 0; i < times; i++) {
            vmx.complete();
            vmx.vmwrite(VmcsField.GUEST_RIP, i);
            vmx.vmwrite(VmcsField.GUEST_CR3, (long) i << 12);
            vmx.vmwrite(VmcsField.TSC_OFFSET, i);
            vmx.vmwrite(VmcsField.ENTRY_INTERRUPTION_INFORMATION, Interruption.external(0x30));
            assertEquals(Vmx.SUCCEED, vmx.vmresume());
            vmx.vmread(VmcsField.GUEST_RSP);
        }
    }
}
