package org.jvmx.conformance;

import org.junit.jupiter.api.BeforeAll;
import org.jvmx.kvm.KvmBackend;
import org.jvmx.kvm.Virtualization;
import org.jvmx.vmx.Backend;

/** The suite on KVM; skipped with the reason where there is none. */
class KvmKitTest extends BackendKit {
    private static final Backend KVM = new KvmBackend();

    @BeforeAll
    static void sayOnceWhyItIsSkipped() {
        if (KVM.obstacle() != null) {
            System.err.println("The tests on KVM are skipped: " + KVM.obstacle());
        }
    }

    @Override
    boolean exact() {
        return Virtualization.ofHost() != Virtualization.NONE;
    }

    @Override
    Backend backend() {
        return KVM;
    }
}
