/** The software processor with VMX, the monitor's run loop, buses and guest memory. */
@SuppressWarnings("module") // the qualified exports name a module that is built later
module org.jvmx.core {
    exports org.jvmx.arch;
    exports org.jvmx.error;
    exports org.jvmx.memory;
    exports org.jvmx.bus;
    exports org.jvmx.isa;
    exports org.jvmx.vmx;
    exports org.jvmx.vm;
    exports org.jvmx.policy;
    exports org.jvmx.policy.cost;
    exports org.jvmx.trace;
    exports org.jvmx.software;
    exports org.jvmx.kvm;

    requires java.compiler;

    uses org.jvmx.vmx.Backend;
    uses org.jvmx.vm.ExitPolicy;

    provides org.jvmx.vmx.Backend with org.jvmx.software.SoftwareBackend, org.jvmx.kvm.KvmBackend;
}
