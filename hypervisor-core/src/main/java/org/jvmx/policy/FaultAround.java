package org.jvmx.policy;

import java.util.Set;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.VcpuView;

/**
 * An EPT fault maps the pages around the one that was touched, too. Linux, commit 8c6e50b0290c ("mm: introduce vm_ops->map_pages()"), whose
 * {@code fault_around_bytes} is 64 KiB, applied to the second level of translation.
 */
@Described(summary = "an EPT fault maps the pages around the one that was touched, too", source = "Linux, commit 8c6e50b0290c \"mm: introduce vm_ops->map_pages()\": fault_around_bytes=65536")
public final class FaultAround implements ExitPolicy {
    private static final long FAULT_AROUND_BYTES = 64 << 10;

    private final long bytes;

    /** With option {@code bytes}. */
    public FaultAround(PolicyOptions options) {
        bytes = options.number("bytes", FAULT_AROUND_BYTES, 4096, 1 << 20,
                "bytes to map, rounded down to a power of two (fault_around_bytes)");
    }

    @Override
    public String name() {
        return "fault-around";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.LAZY_MEMORY);
    }

    @Override
    public long onEptFault(VcpuView vcpu, long guestPhysicalAddress) {
        return Long.highestOneBit(bytes);
    }
}
