package org.jvmx.policy;

import java.util.Set;
import org.jvmx.vm.ExitHandler;
import org.jvmx.vm.ExitPath;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.Verdict;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/**
 * IN and OUT of a register are handled in the exit handler from the exit qualification, without the instruction emulator and without the monitor's process.
 * KVM's {@code kvm_fast_pio} is the first half (Linux, arch/x86/kvm/x86.c), a device on the kernel's port bus the other
 * (Documentation/virt/kvm/api.rst, {@code KVM_IOEVENTFD} with {@code KVM_IOEVENTFD_FLAG_PIO}). String instructions take the usual path.
 */
@Described(summary = "IN and OUT without strings are handled on the fast path", source = "Linux, arch/x86/kvm/x86.c: kvm_fast_pio; Documentation/virt/kvm/api.rst: KVM_IOEVENTFD_FLAG_PIO")
public final class PioFast implements ExitPolicy {
    /** In the exit qualification: INS or OUTS. SDM Vol. 3, "Exit Qualification for I/O Instructions". */
    private static final long STRING = 1 << 4;

    private final int first;
    private final int last;

    /** With options {@code first} and {@code last}. */
    public PioFast(PolicyOptions options) {
        first = options.integer("first", 0, 0, 0xffff, "the first port");
        last = options.integer("last", 0xffff, 0, 0xffff, "the last port");
    }

    @Override
    public String name() {
        return "pio-fast";
    }

    @Override
    public Set<ExitReason> reasons() {
        return Set.of(ExitReason.IO_INSTRUCTION);
    }

    @Override
    public Verdict decide(Exit exit, ExitHandler handler) {
        Access access = exit.access();
        boolean plain = access.kind() == Access.Kind.PORT && (exit.qualification() & STRING) == 0;
        if (plain && access.address() >= first && access.address() <= last) {
            handler.vcpu().controls().path(ExitPath.FAST);
            handler.vcpu().controls().count("fast");
        }
        return handler.handle(exit);
    }
}
