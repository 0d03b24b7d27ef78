package org.jvmx.policy;

import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.Notice;
import org.jvmx.vm.VcpuView;
import org.jvmx.vmx.Access;

/**
 * Writes to chosen registers are kept in the kernel's ring and reach the device with the next exit that goes to the monitor's process anyway. Linux,
 * Documentation/virt/kvm/api.rst, {@code KVM_REGISTER_COALESCED_MMIO} with {@code KVM_CAP_COALESCED_PIO}. The registers have to be such that nobody
 * notices the delay: by default the data register of the first serial port.
 */
@Described(summary = "keeps writes to a device's registers until an exit that goes to the process anyway", source = "Linux, Documentation/virt/kvm/api.rst: KVM_REGISTER_COALESCED_MMIO, KVM_CAP_COALESCED_PIO")
public final class WriteCoalescing implements ExitPolicy {
    private static final int COM1_DATA = 0x3f8;

    private final int port;
    private final int ports;
    private final long base;
    private final long size;

    /** With options {@code port}, {@code ports}, {@code base} and {@code size}. */
    public WriteCoalescing(PolicyOptions options) {
        port = options.integer("port", COM1_DATA, 0, 0xffff, "the first port");
        ports = options.integer("ports", 1, 0, 0x1_0000, "how many ports");
        base = options.number("base", 0, 0, Long.MAX_VALUE, "the first guest-physical address of memory-mapped registers");
        size = options.number("size", 0, 0, Long.MAX_VALUE, "how many bytes of them");
    }

    @Override
    public String name() {
        return "write-coalescing";
    }

    @Override
    public Notice onNotify(VcpuView vcpu, Access access) {
        long first = access.kind() == Access.Kind.PORT ? port : base;
        long count = access.kind() == Access.Kind.PORT ? ports : size;
        return access.address() - first >= 0 && access.address() - first < count ? Notice.KEEP : Notice.PASS;
    }
}
