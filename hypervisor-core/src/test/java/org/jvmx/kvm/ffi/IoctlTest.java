package org.jvmx.kvm.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IoctlTest {
    /** The numbers as Linux's headers give them on x86-64. */
    private static final Map<Ioctl, Integer> KNOWN = Map.ofEntries(Map.entry(Ioctl.GET_API_VERSION, 0xae00),
            Map.entry(Ioctl.CREATE_VM, 0xae01),
            Map.entry(Ioctl.CHECK_EXTENSION, 0xae03), Map.entry(Ioctl.GET_VCPU_MMAP_SIZE, 0xae04),
            Map.entry(Ioctl.GET_SUPPORTED_CPUID, 0xc008ae05),
            Map.entry(Ioctl.CREATE_VCPU, 0xae41), Map.entry(Ioctl.GET_DIRTY_LOG, 0x4010ae42),
            Map.entry(Ioctl.SET_USER_MEMORY_REGION, 0x4020ae46),
            Map.entry(Ioctl.SET_TSS_ADDR, 0xae47), Map.entry(Ioctl.SET_IDENTITY_MAP_ADDR, 0x4008ae48), Map.entry(Ioctl.RUN, 0xae80),
            Map.entry(Ioctl.GET_REGS, 0x8090ae81), Map.entry(Ioctl.SET_REGS, 0x4090ae82), Map.entry(Ioctl.GET_SREGS, 0x8138ae83),
            Map.entry(Ioctl.SET_SREGS, 0x4138ae84), Map.entry(Ioctl.TRANSLATE, 0xc018ae85), Map.entry(Ioctl.INTERRUPT, 0x4004ae86),
            Map.entry(Ioctl.GET_MSRS, 0xc008ae88), Map.entry(Ioctl.SET_MSRS, 0x4008ae89), Map.entry(Ioctl.SET_SIGNAL_MASK, 0x4004ae8b),
            Map.entry(Ioctl.SET_CPUID2, 0x4008ae90), Map.entry(Ioctl.NMI, 0xae9a), Map.entry(Ioctl.SET_GUEST_DEBUG, 0x4048ae9b),
            Map.entry(Ioctl.GET_VCPU_EVENTS, 0x8040ae9f), Map.entry(Ioctl.SET_VCPU_EVENTS, 0x4040aea0),
            Map.entry(Ioctl.GET_DEBUGREGS, 0x8080aea1),
            Map.entry(Ioctl.SET_DEBUGREGS, 0x4080aea2), Map.entry(Ioctl.ENABLE_CAP, 0x4068aea3), Map.entry(Ioctl.GET_TSC_KHZ, 0xaea3),
            Map.entry(Ioctl.CREATE_IRQCHIP, 0xae60), Map.entry(Ioctl.IRQ_LINE, 0x4008ae61), Map.entry(Ioctl.GET_IRQCHIP, 0xc208ae62),
            Map.entry(Ioctl.SET_IRQCHIP, 0x8208ae63), Map.entry(Ioctl.SET_GSI_ROUTING, 0x4008ae6a), Map.entry(Ioctl.GET_LAPIC, 0x8400ae8e),
            Map.entry(Ioctl.SET_LAPIC, 0x4400ae8f), Map.entry(Ioctl.GET_MP_STATE, 0x8004ae98), Map.entry(Ioctl.SET_MP_STATE, 0x4004ae99),
            Map.entry(Ioctl.REGISTER_COALESCED_MMIO, 0x4010ae67), Map.entry(Ioctl.IRQFD, 0x4020ae76),
            Map.entry(Ioctl.IOEVENTFD, 0x4040ae79), Map.entry(Ioctl.GET_FPU, 0x81a0ae8c), Map.entry(Ioctl.SET_FPU, 0x41a0ae8d),
            Map.entry(Ioctl.GET_XSAVE, 0x9000aea4),
            Map.entry(Ioctl.SET_XSAVE, 0x5000aea5), Map.entry(Ioctl.GET_SREGS2, 0x8140aecc), Map.entry(Ioctl.SET_SREGS2, 0x4140aecd),
            Map.entry(Ioctl.GET_XCRS, 0x8188aea6), Map.entry(Ioctl.X86_SET_MSR_FILTER, 0x4188aec6),
            Map.entry(Ioctl.SET_DEVICE_ATTR, 0x4018aee1),
            Map.entry(Ioctl.GET_DEVICE_ATTR, 0x4018aee2), Map.entry(Ioctl.HAS_DEVICE_ATTR, 0x4018aee3));

    @Test
    void numbersAreThoseOfTheHeaders() {
        for (Ioctl request : Ioctl.values()) {
            assertEquals(Integer.toHexString(KNOWN.get(request)), Integer.toHexString(request.number()), request::name);
        }
    }

    @Test
    void registersFollowTheExitInTheSharedStructure() {
        assertEquals(32, Layouts.offset(Layouts.RUN, "exit", "io", "direction"));
        assertEquals(48, Layouts.offset(Layouts.RUN, "exit", "mmio", "len"));
        assertEquals(288, Layouts.offset(Layouts.RUN, "kvm_valid_regs"));
        assertEquals(304, Layouts.offset(Layouts.RUN, "regs"));
        assertEquals(448, Layouts.offset(Layouts.RUN, "sregs"));
        assertEquals(760, Layouts.offset(Layouts.RUN, "events"));
        assertThrows(IllegalArgumentException.class, () -> Layouts.offset(Layouts.RUN, "exit", "nothing"));
    }

    @Test
    void aStructureThatIsTooSmallNeverReachesTheKernel() {
        if (LinuxCalls.supported()) {
            try (Arena arena = Arena.ofConfined()) {
                var small = arena.allocate(8);
                assertThrows(IllegalArgumentException.class, () -> new LinuxCalls().ioctl(-1, Ioctl.GET_REGS, small));
            }
        }
    }

    @Test
    void errorNumbersComeBackNegated() {
        if (LinuxCalls.supported()) {
            LinuxCalls calls = new LinuxCalls();
            assertEquals(-Errno.EBADF, calls.ioctl(-1, Ioctl.RUN, 0));
            assertEquals(-Errno.ENOENT, calls.open("/nowhere/at/all"));
            assertEquals(-Errno.EAGAIN, calls.takeSignal(44));
        }
    }
}
