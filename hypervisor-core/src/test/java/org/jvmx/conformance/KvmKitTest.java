package org.jvmx.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.jvmx.kvm.KvmBackend;
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
        try {
            return Files.lines(Path.of("/proc/cpuinfo")).anyMatch(line -> line.startsWith("flags") && line.matches(".* (vmx|svm)( .*|$)"));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    Backend backend() {
        return KVM;
    }
}
