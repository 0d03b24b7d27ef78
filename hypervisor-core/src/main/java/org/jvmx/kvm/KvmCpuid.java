package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.jvmx.arch.CpuidAnswer;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.CpuidTable;

/** CPUID of the guest: the processor model, less what KVM does not support, with the rate at which KVM's time-stamp counter runs. */
final class KvmCpuid implements CpuidTable {
    private static final int MOST = 256;
    private static final int INDEXED = 1;
    private static final int BASIC_MAX = 0x16;
    private static final int HYPERVISOR_MAX = 0x4000_0010;
    private static final int EXTENDED = 0x8000_0000;
    private static final int EXTENDED_MAX = 0x8000_0008;
    private static final int SUBLEAVES = 4;
    /** In leaf 1, of our own devices or of the processor's present state: x2APIC, TSC deadline, OSXSAVE, hypervisor; and the local APIC. */
    private static final int OURS_ECX = 1 << 21 | 1 << 24 | 1 << 31;
    private static final int OURS_EDX = 1 << 9;
    private static final int CRYSTAL_HZ = 1_000_000_000;
    private static final long ENTRY = Layouts.CPUID_ENTRY.byteSize();

    private record Leaf(int leaf, int subleaf, boolean indexed, int eax, int ebx, int ecx, int edx) {
    }

    private final List<Leaf> leaves = new ArrayList<>();
    private final MemorySegment supported;

    KvmCpuid(KvmSystem system, ProcessorModel model, int khz, Arena arena) {
        this.supported = table(arena);
        KvmSystem.require(system.calls().ioctl(system.descriptor(), Ioctl.GET_SUPPORTED_CPUID, supported), "to tell CPUID");
        collect(model, 0, BASIC_MAX);
        collect(model, ProcessorModel.HYPERVISOR, ProcessorModel.MONITOR_FEATURES);
        collect(model, HYPERVISOR_MAX, HYPERVISOR_MAX);
        collect(model, EXTENDED, EXTENDED_MAX);
        leaves.replaceAll(leaf -> rate(leaf, khz));
    }

    private static MemorySegment table(Arena arena) {
        MemorySegment table = arena.allocate(Layouts.CPUID2.byteSize() + MOST * ENTRY, 8);
        table.set(JAVA_INT, 0, MOST);
        return table;
    }

    private void collect(ProcessorModel model, int from, int to) {
        CpuidAnswer answer = new CpuidAnswer();
        for (int leaf = from; leaf <= to; leaf++) {
            boolean indexed = leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd;
            for (int subleaf = 0; subleaf < (indexed ? SUBLEAVES : 1); subleaf++) {
                model.cpuid(leaf, subleaf, answer);
                leaves.add(limit(new Leaf(leaf, subleaf, indexed, answer.eax, answer.ebx, answer.ecx, answer.edx)));
            }
        }
    }

    /** Takes away what KVM lacks, in the leaves whose registers are sets of features; it keeps hypercalls to itself. */
    private Leaf limit(Leaf wanted) {
        int leaf = wanted.leaf;
        int offered = find(leaf, wanted.subleaf);
        return switch (leaf) {
            case 1 -> new Leaf(leaf, 0, false, wanted.eax, wanted.ebx, wanted.ecx & (kvm(offered, 2) | OURS_ECX),
                    wanted.edx & (kvm(offered, 3) | OURS_EDX));
            case 7 -> new Leaf(leaf, wanted.subleaf, true, wanted.subleaf == 0 ? wanted.eax : wanted.eax & kvm(offered, 0),
                    wanted.ebx & kvm(offered, 1),
                    wanted.ecx & kvm(offered, 2), wanted.edx & kvm(offered, 3));
            case ProcessorModel.MONITOR_FEATURES -> new Leaf(leaf, 0, false, wanted.eax & ~ProcessorModel.HYPERCALLS, 0, 0, 0);
            case 0xd -> new Leaf(leaf, wanted.subleaf, true, wanted.eax & kvm(offered, 0), wanted.ebx, wanted.ecx, wanted.edx);
            case EXTENDED + 1, EXTENDED + 7 ->
                new Leaf(leaf, 0, false, wanted.eax, wanted.ebx & kvm(offered, 1), wanted.ecx & kvm(offered, 2),
                        wanted.edx & kvm(offered, 3));
            default -> wanted;
        };
    }

    private int find(int leaf, int subleaf) {
        int count = supported.get(JAVA_INT, 0);
        for (int n = 0; n < count; n++) {
            long at = Layouts.CPUID2.byteSize() + n * ENTRY;
            boolean indexed = (supported.get(JAVA_INT, at + 8) & INDEXED) != 0;
            if (supported.get(JAVA_INT, at) == leaf && (!indexed || supported.get(JAVA_INT, at + 4) == subleaf)) {
                return n;
            }
        }
        return -1;
    }

    private int kvm(int entry, int register) {
        return entry < 0 ? 0 : supported.get(JAVA_INT, Layouts.CPUID2.byteSize() + entry * ENTRY + 12 + 4L * register);
    }

    /** A crystal of 1 GHz, as our local APIC has it, and the counter's ratio to it. */
    private static Leaf rate(Leaf leaf, int khz) {
        return switch (leaf.leaf) {
            case 0x15 -> new Leaf(0x15, 0, false, CRYSTAL_HZ / 1000, khz, CRYSTAL_HZ, 0);
            case 0x16 -> new Leaf(0x16, 0, false, khz / 1000, khz / 1000, leaf.ecx, 0);
            case HYPERVISOR_MAX -> new Leaf(HYPERVISOR_MAX, 0, false, khz, leaf.ebx, 0, 0);
            default -> leaf;
        };
    }

    /** Tells the virtual processor. */
    void give(Vcpu vcpu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = table(arena);
            table.set(JAVA_INT, 0, leaves.size());
            for (int n = 0; n < leaves.size(); n++) {
                Leaf leaf = leaves.get(n);
                long at = Layouts.CPUID2.byteSize() + n * ENTRY;
                int[] words = {leaf.leaf, leaf.subleaf, leaf.indexed ? INDEXED : 0, leaf.eax, leaf.ebx, leaf.ecx, leaf.edx};
                MemorySegment.copy(words, 0, table, JAVA_INT, at, words.length);
            }
            vcpu.require(Ioctl.SET_CPUID2, table, "the processor model");
        }
    }

    int physicalAddressWidth() {
        return leaf(EXTENDED_MAX, 0).eax & 0xff;
    }

    private Leaf leaf(int leaf, int subleaf) {
        Leaf highest = null;
        for (Leaf each : leaves) {
            if (each.leaf == leaf && (!each.indexed || each.subleaf == subleaf)) {
                return each;
            }
            highest = each.leaf == BASIC_MAX ? each : highest;
        }
        boolean known = leaf >= 0 && leaf <= BASIC_MAX || leaf > ProcessorModel.HYPERVISOR && leaf < HYPERVISOR_MAX;
        return known ? new Leaf(leaf, subleaf, true, 0, 0, leaf == 0xb ? subleaf & 0xff : 0, 0) : highest;
    }

    @Override
    public void answer(int leaf, int subleaf, Access access) {
        Leaf found = leaf(leaf, subleaf);
        access.answerCpuid(found.eax, found.ebx, found.ecx, found.edx);
    }
}
