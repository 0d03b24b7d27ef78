package org.jvmx.conformance;

import org.jvmx.software.SoftwareBackend;
import org.jvmx.vmx.Backend;

/** The suite on the software processor. */
class SoftwareKitTest extends BackendKit {
    @Override
    Backend backend() {
        return new SoftwareBackend();
    }
}
