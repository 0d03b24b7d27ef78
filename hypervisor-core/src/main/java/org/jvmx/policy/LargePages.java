package org.jvmx.policy;

import java.util.Set;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.VcpuView;

/**
 * An EPT fault maps a large page: one entry of the EPT paging structures for 2 MiB or 1 GiB. SDM Vol. 3, "The Extended Page Table Mechanism (EPT)"; Linux,
 * Documentation/admin-guide/mm/transhuge.rst, on why two-dimensional walks gain from them.
 */
@Described(summary = "an EPT fault maps a page of 2 MiB or 1 GiB", source = "Intel SDM Vol. 3, EPT; Linux, Documentation/admin-guide/mm/transhuge.rst")
public final class LargePages implements ExitPolicy {
    private static final long MIB = 1 << 20;

    private final long bytes;

    /** With option {@code mib}. */
    public LargePages(PolicyOptions options) {
        bytes = MIB * (options.number("mib", 2, 2, 1024, "size of a page in MiB: 2, or 1024") >= 1024 ? 1024 : 2);
    }

    @Override
    public String name() {
        return "large-pages";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.LAZY_MEMORY);
    }

    @Override
    public long onEptFault(VcpuView vcpu, long guestPhysicalAddress) {
        return bytes;
    }
}
