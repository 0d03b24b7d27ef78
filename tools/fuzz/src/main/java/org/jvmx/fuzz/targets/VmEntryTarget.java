package org.jvmx.fuzz.targets;

import org.jvmx.fuzz.Bounds;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;
import org.jvmx.vmx.VmcsField;

/** A VMCS with any fields in any values is refused by a check that is named, or entered, and then the guest runs to an exit that leaves a legal guest. */
public final class VmEntryTarget implements Target {
    private static final int MOST_RUNS = 16;
    private static final VmcsField[] FIELDS = VmcsField.values();

    private final GuestRig rig = new GuestRig();
    private Bytes input;
    private int runs;

    public VmEntryTarget() {
    }

    @Override
    public void run(byte[] bytes) {
        Bounds.clear();
        input = new Bytes(bytes);
        rig.reset(GuestMode.values()[input.below(GuestMode.values().length)]);
        rig.memory(GuestMode.CODE, new byte[] {(byte) 0xf3, 0x6c, 0x0f, 0x20, (byte) 0xc0, (byte) 0xcd, 3, (byte) 0xeb, (byte) 0xf7});
        runs = 0;
        while (input.more() && !rig.dead() && runs < MOST_RUNS) {
            step(input.u8());
        }
        if (!rig.dead()) {
            rig.run();
        }
    }

    private void step(int choice) {
        switch (choice & 7) {
            case 0, 1 -> rig.field(FIELDS[input.below(FIELDS.length)], input.value());
            case 2, 3 -> flip(FIELDS[input.below(FIELDS.length)]);
            case 4 -> all(choice >> 3);
            case 5 -> rig.memory(GuestMode.MSR_LIST + input.u16() % 0xfe0, input.take(choice >> 3));
            case 6 -> rig.memory((input.u8() % 0x54 << 12) + input.u16() % 0xfe0, input.take(choice >> 3));
            default -> enter(choice >> 3);
        }
    }

    private void flip(VmcsField field) {
        if (rig.has(field)) {
            rig.field(field, rig.vmx.read(field) ^ 1L << (input.u8() & 63));
        }
    }

    /** Many fields at once. */
    private void all(int count) {
        int first = input.u8();
        for (int n = 0; n < count; n++) {
            rig.field(FIELDS[(first + n) % FIELDS.length], input.value());
        }
    }

    private void enter(int choice) {
        runs++;
        if (rig.run() && (choice & 1) != 0) {
            rig.complete((choice & 2) != 0, choice);
        }
    }
}
