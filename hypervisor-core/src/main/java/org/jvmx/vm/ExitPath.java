package org.jvmx.vm;

import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;

/** How deep into a monitor an exit goes, as KVM's are handled: each step further costs more. */
public enum ExitPath {
    /** In the exit handler itself, with interrupts off, and straight back. */
    FAST,
    /** In the host's kernel. */
    KERNEL,
    /** In the monitor's process, with a return from the kernel and a call into it again. */
    USER;

    private static final long LOCAL_APIC = 0xfee0_0000L;
    private static final long IO_APIC = 0xfec0_0000L;
    private static final long PAGE = 0x1000;

    /** Where KVM handles such an exit by default: port and memory-mapped devices in the process, but interrupt controllers and interval timer. */
    public static ExitPath usual(Exit exit) {
        Access access = exit.access();
        return switch (access.kind()) {
            case PORT -> ofPort((int) access.address());
            case MEMORY -> ofMemory(access.address() & -PAGE);
            default -> KERNEL;
        };
    }

    /** Where KVM handles an access to a port by default. */
    public static ExitPath ofPort(int port) {
        boolean kernel = switch (port) {
            case 0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x41, 0x42, 0x43, 0x61 -> true;
            default -> false;
        };
        return kernel ? KERNEL : USER;
    }

    private static ExitPath ofMemory(long page) {
        return page == LOCAL_APIC || page == IO_APIC ? KERNEL : USER;
    }
}
