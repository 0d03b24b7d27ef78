package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import org.jvmx.arch.CpuidAnswer;
import org.jvmx.arch.Msr;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.fuzz.Bounds;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;

/**
 * Any WRMSR is refused or can be read back and written again with the same outcome, and the guest stays legal; CPUID answers each leaf the same each time.
 */
public final class MsrTarget implements Target {
    private static final int[] FIRST = {0, 0x10, 0x1b, 0x3a, 0x48, 0x8b, 0xc0, 0xfe, 0x174, 0x179, 0x1a0, 0x1d9, 0x200, 0x250, 0x277, 0x2ff,
        0x3f1,
        0x400, 0x480, 0x600, 0x6e0, 0x800, 0x830, 0xda0, 0x1b0, 0x122, 0xc000_0080, 0xc000_0100, 0xc001_0000, 0x4000_0000, 0x4b56_4d00};

    private final ProcessorModel model = ProcessorModel.jvmxV1();
    private final GuestRig rig = new GuestRig();
    private final CpuidAnswer first = new CpuidAnswer();
    private final CpuidAnswer second = new CpuidAnswer();

    public MsrTarget() {
    }

    @Override
    public void run(byte[] bytes) {
        Bounds.clear();
        Bytes input = new Bytes(bytes);
        rig.reset(GuestMode.values()[input.below(GuestMode.values().length)]);
        rig.memory(GuestMode.CODE, new byte[] {(byte) 0xeb, (byte) 0xfe});
        require(rig.run(), "the guest does not run");
        while (input.more()) {
            int choice = input.u8();
            int index = (choice & 1) != 0 ? (int) input.value() : FIRST[input.below(FIRST.length)] + (choice >> 3);
            switch (choice >> 1 & 3) {
                case 0 -> cpuid((choice & 8) != 0 ? index : index & 0x8000_001f | index & 0x4000_0000, (int) input.value());
                case 1 -> read(index);
                default -> write(index, input.value());
            }
        }
        rig.run();
    }

    private void cpuid(int leaf, int subleaf) {
        model.cpuid(leaf, subleaf, first);
        model.cpuid(leaf, subleaf, second);
        boolean same = first.eax == second.eax && first.ebx == second.ebx && first.ecx == second.ecx && first.edx == second.edx;
        require(same, "CPUID %x, %x answers differently".formatted(leaf, subleaf));
    }

    private void read(int index) {
        if (rig.processor.readMsr(index)) {
            long value = rig.processor.msrValue();
            require(rig.processor.readMsr(index) && rig.processor.msrValue() == value, "MSR %x reads differently".formatted(index));
        }
    }

    private void write(int index, long value) {
        boolean known = rig.processor.readMsr(index);
        long before = rig.processor.msrValue();
        if (!rig.processor.writeMsr(index, value)) {
            require(rig.processor.readMsr(index) == known && (!known || rig.processor.msrValue() == before),
                    "MSR %x is changed by a write that is refused".formatted(index));
            return;
        }
        if (index == Msr.PRED_CMD || index == Msr.FLUSH_CMD || !rig.processor.readMsr(index)) {
            require(!known, "MSR %x cannot be read after a write".formatted(index));
            return;
        }
        long after = rig.processor.msrValue();
        require(rig.processor.writeMsr(index, after), "MSR %x does not take %x, which it holds".formatted(index, after));
        require(rig.processor.readMsr(index) && rig.processor.msrValue() == after, "MSR %x does not keep %x".formatted(index, after));
    }
}
