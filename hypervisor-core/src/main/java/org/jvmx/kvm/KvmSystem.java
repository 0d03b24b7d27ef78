package org.jvmx.kvm;

import java.util.EnumMap;
import java.util.Map;

import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.Errno;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.LinuxCalls;
import org.jvmx.kvm.ffi.SystemCalls;

/** An open /dev/kvm: what it offers, and the way to a new virtual machine. */
public final class KvmSystem implements AutoCloseable {
    /** The device. */
    public static final String DEVICE = "/dev/kvm";
    private static final int API_VERSION = 12;

    private final SystemCalls calls;
    private final int descriptor;
    private final Map<Capability, Integer> offered = new EnumMap<>(Capability.class);

    private KvmSystem(SystemCalls calls, int descriptor) {
        this.calls = calls;
        this.descriptor = descriptor;
        for (Capability capability : Capability.values()) {
            offered.put(capability, Math.max(0, calls.ioctl(descriptor, Ioctl.CHECK_EXTENSION, capability.number())));
        }
    }

    /**
     * Opens the device of this host.
     *
     * @throws BackendException if it is missing, not for us, or too old
     */
    public static KvmSystem open() {
        if (!LinuxCalls.supported()) {
            throw new BackendException("KVM is a part of Linux on x86-64, and this is %s on %s".formatted(System.getProperty("os.name"),
                    System.getProperty("os.arch")));
        }
        return open(new LinuxCalls());
    }

    static KvmSystem open(SystemCalls calls) {
        int descriptor = calls.open(DEVICE);
        if (descriptor < 0) {
            throw new BackendException("%s cannot be opened: %s; %s".formatted(DEVICE, Errno.text(descriptor), advice(descriptor)));
        }
        KvmSystem system = new KvmSystem(calls, descriptor);
        try {
            system.check();
            return system;
        } catch (BackendException e) {
            system.close();
            throw e;
        }
    }

    private static String advice(int result) {
        return switch (-result) {
            case Errno.EACCES, Errno.EPERM -> "become a member of the group that owns it, usually 'kvm', or use --backend software";
            case Errno.ENOENT -> "load the module kvm_intel or kvm_amd, or use --backend software";
            case Errno.ENODEV -> "switch virtualization on in the firmware's settings, or use --backend software";
            default -> "use --backend software";
        };
    }

    private void check() {
        int version = apiVersion();
        if (version < 0) {
            throw new BackendException("%s is no KVM: %s; use --backend software".formatted(DEVICE, Errno.text(version)));
        }
        if (version != API_VERSION) {
            throw new BackendException(
                    "%s speaks version %d of its interface and not %d, as every Linux since 2.6.22 does; use --backend software"
                            .formatted(DEVICE, version, API_VERSION));
        }
        for (Capability capability : Capability.values()) {
            if (capability.required() && value(capability) == 0) {
                throw new BackendException(
                        "%s does not offer %s (%s): a newer Linux does; use --backend software".formatted(DEVICE, capability,
                                capability.meaning()));
            }
        }
    }

    /** The version of the interface; 12 on every KVM in use. */
    public int apiVersion() {
        return calls.ioctl(descriptor, Ioctl.GET_API_VERSION, 0);
    }

    /** What KVM says about a capability; 0 is no. */
    public int value(Capability capability) {
        return offered.get(capability);
    }

    boolean offers(Capability capability) {
        return value(capability) != 0;
    }

    SystemCalls calls() {
        return calls;
    }

    int descriptor() {
        return descriptor;
    }

    int runSize() {
        return require(calls.ioctl(descriptor, Ioctl.GET_VCPU_MMAP_SIZE, 0), "the size of a virtual processor's shared memory");
    }

    int createMachine() {
        return require(calls.ioctl(descriptor, Ioctl.CREATE_VM, 0), "a virtual machine");
    }

    static int require(int result, String what) {
        if (result < 0) {
            throw new BackendException("KVM refuses %s: %s".formatted(what, Errno.text(result)));
        }
        return result;
    }

    @Override
    public void close() {
        calls.close(descriptor);
    }
}
