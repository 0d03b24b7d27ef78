package org.jvmx.vm;

import java.util.List;
import java.util.TreeMap;
import org.jvmx.arch.Cr4;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.CpuidTable;
import org.jvmx.vmx.DeliveryLog;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.RootState;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;
import org.jvmx.vmx.VmxMemory;
import org.jvmx.vmx.VmxOperation;

/** Real VMX instructions over a {@link ScriptedProcessor}. */
final class ScriptedBackend implements Backend {
    final ScriptedProcessor processor = new ScriptedProcessor();
    final Pages pages = new Pages();
    final DeliveryLog deliveries = new DeliveryLog();

    /** Mapped pages and their rights. */
    static final class Pages implements GuestMapping {
        final TreeMap<Long, Integer> rights = new TreeMap<>();

        @Override
        public void map(long gpa, long size, long hpa, int allowed) {
            for (long page = gpa; page < gpa + size; page += 4096) {
                rights.put(page, allowed);
            }
        }

        @Override
        public void unmap(long gpa, long size) {
            rights.subMap(gpa, gpa + size).clear();
        }

        @Override
        public void protect(long gpa, long size, int allowed) {
            rights.subMap(gpa, gpa + size).replaceAll((_, _) -> allowed);
        }

        @Override
        public int rights(long gpa) {
            return rights.getOrDefault(gpa & -4096L, 0);
        }

        @Override
        public long toHost(long gpa) {
            return gpa;
        }

        @Override
        public void logDirty(long gpa, long size, boolean on) {
            // no machine asks for it
        }

        @Override
        public int takeDirty(long gpa, long size, long[] into) {
            return 0;
        }

        @Override
        public void use(Vmx vmx) {
            vmx.write(VmcsField.EPT_POINTER, 0x1000 | 3 << 3 | 6);
        }
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public String obstacle() {
        return null;
    }

    @Override
    public List<VirtualProcessor> open(Setup setup) {
        Vmx vmx = new VmxOperation(VmxMemory.of(setup.memory()), processor, CapabilityMsrs.software(Cr4.PAE | Cr4.PSE | Cr4.OSXSAVE),
                RootState.MONITOR);
        return List.of(new VirtualProcessor() {
            @Override
            public Vmx vmx() {
                return vmx;
            }

            @Override
            public GuestMapping mapping() {
                return pages;
            }

            @Override
            public CpuidTable cpuid() {
                return (leaf, subleaf, access) -> access.answerCpuid(leaf + 1, subleaf, 1, -1);
            }

            @Override
            public DeliveryLog deliveries() {
                return deliveries;
            }

            @Override
            public void close() {
                // nothing is held
            }
        });
    }
}
