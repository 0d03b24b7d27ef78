package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import java.util.Arrays;
import org.jvmx.fuzz.Bounds;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.VmxError;
import org.jvmx.vmx.VmxFault;
import org.jvmx.vmx.Vmx;

/** Any sequence of VMX instructions gives the results, error numbers and launch states of a small model of them. SDM Vol. 3, "VMX Instruction Reference". */
public final class VmxTarget implements Target {
    private static final long[] ADDRESSES =
            {GuestMode.VMCS, GuestMode.OTHER_VMCS, GuestMode.VMXON, GuestMode.MSR_BITMAP, GuestMode.VMCS + 8, 1L << 46,
                1L << 45, -4096, 0};
    private static final int REGIONS = 4;
    private static final long NONE = -1;

    private final GuestRig rig = new GuestRig();
    private Bytes input;

    /** VMXON pointer; the session, counted; the current VMCS; for each region, the session of its launch, or 0. */
    private long vmxon;
    private int session;
    private long current;
    private final int[] launched = new int[REGIONS];
    private final boolean[] region = new boolean[REGIONS];

    public VmxTarget() {
    }

    @Override
    public void run(byte[] bytes) {
        Bounds.clear();
        input = new Bytes(bytes);
        rig.reset(GuestMode.LONG);
        rig.memory(GuestMode.CODE, new byte[] {(byte) 0xf4, (byte) 0xeb, (byte) 0xfd});
        vmxon = GuestMode.VMXON;
        session = 1;
        current = GuestMode.VMCS;
        Arrays.fill(launched, 0);
        Arrays.fill(region, true);
        region[3] = false;
        rig.memory(GuestMode.OTHER_VMCS, revision());
        while (input.more()) {
            step(input.u8());
        }
    }

    private byte[] revision() {
        int revision = rig.vmx.capabilities().revision();
        return new byte[] {(byte) revision, (byte) (revision >> 8), (byte) (revision >> 16), (byte) (revision >> 24)};
    }

    private void step(int choice) {
        Vmx vmx = rig.vmx;
        long address = ADDRESSES[(choice >> 4) % ADDRESSES.length];
        switch (choice & 15) {
            case 0 -> is(vmxon == NONE ? vmxonResult(address) : error(VmxError.VMXON_IN_ROOT), vmx.vmxon(address), () -> {
                vmxon = address;
                session++;
            });
            case 1 -> inRoot(Vmx.SUCCEED, vmx::vmxoff, () -> {
                vmxon = NONE;
                current = NONE;
            });
            case 2, 3 -> inRoot(clearResult(address), () -> vmx.vmclear(address), () -> cleared(address));
            case 4, 5, 6 -> inRoot(loadResult(address), () -> vmx.vmptrld(address), () -> current = address);
            case 7 -> inRoot(Vmx.SUCCEED, () -> vmx.vmptrst() == current ? Vmx.SUCCEED : 9, () -> {});
            case 8 -> read();
            case 9 -> write();
            case 10, 11, 12 -> enter(vmx::vmlaunch, true);
            case 13 -> enter(vmx::vmresume, false);
            case 14 -> invalidate(choice >> 4);
            default -> inRoot(error(VmxError.VMCALL_IN_ROOT), vmx::vmcall, () -> {});
        }
    }

    private interface Instruction {
        /** What it returns. */
        int execute();
    }

    private void inRoot(int expected, Instruction instruction, Runnable then) {
        if (vmxon != NONE) {
            is(expected, instruction.execute(), then);
            return;
        }
        try {
            instruction.execute();
        } catch (VmxFault fault) {
            require(fault.vector() == 6, "vector " + fault.vector());
            return;
        }
        throw new AssertionError("no #UD outside VMX operation");
    }

    /** Results: 0, 2, or an error number above 2 for VMfailValid with it. */
    private void is(int expected, int result, Runnable then) {
        int number = result == Vmx.FAIL_VALID ? 100 + (int) rig.vmx.read(VmcsField.VM_INSTRUCTION_ERROR) : result;
        require(number == expected, "result %d instead of %d".formatted(number, expected));
        if (result == Vmx.SUCCEED) {
            then.run();
        }
    }

    private int error(VmxError error) {
        return current == NONE ? Vmx.FAIL_INVALID : 100 + error.number();
    }

    // --- regions

    private static boolean legal(long address) {
        return (address & 4095) == 0 && address >>> 46 == 0;
    }

    /** The number of a region that is one of ours, or -1. */
    private static int number(long address) {
        for (int n = 0; n < REGIONS; n++) {
            if (ADDRESSES[n] == address) {
                return n;
            }
        }
        return -1;
    }

    private boolean hasRevision(long address) {
        return number(address) >= 0 && region[number(address)];
    }

    private int vmxonResult(long address) {
        return legal(address) && hasRevision(address) ? Vmx.SUCCEED : Vmx.FAIL_INVALID;
    }

    private int clearResult(long address) {
        return !legal(address) ? error(VmxError.VMCLEAR_INVALID_ADDRESS) : address == vmxon ? error(VmxError.VMCLEAR_VMXON_POINTER)
                : Vmx.SUCCEED;
    }

    private void cleared(long address) {
        if (number(address) >= 0) {
            launched[number(address)] = 0;
        }
        current = current == address ? NONE : current;
    }

    private int loadResult(long address) {
        return !legal(address) ? error(VmxError.VMPTRLD_INVALID_ADDRESS)
                : address == vmxon ? error(VmxError.VMPTRLD_VMXON_POINTER)
                : !hasRevision(address) ? error(VmxError.VMPTRLD_WRONG_REVISION) : Vmx.SUCCEED;
    }

    // --- fields

    private void read() {
        long encoding = encoding();
        inRoot(fieldResult(encoding, false), () -> rig.vmx.vmread(encoding), () -> {});
    }

    private void write() {
        long encoding = encoding();
        VmcsField field = VmcsField.of(encoding);
        // the guest stays what it is, so that an entry does
        long value = field == null || vmxon == NONE || current == NONE || !rig.has(field) ? 1
                : VmcsField.isHighAccess(encoding) ? rig.vmx.read(field) >>> 32 : rig.vmx.read(field);
        inRoot(fieldResult(encoding, true), () -> rig.vmx.vmwrite(encoding, value), () -> {});
    }

    private long encoding() {
        int field = input.u16();
        return field < 0x8000 ? VmcsField.values()[field % VmcsField.COUNT].encoding() | field >> 14 & 1 : field;
    }

    private int fieldResult(long encoding, boolean write) {
        VmcsField field = VmcsField.of(encoding);
        boolean exists = field != null && rig.has(field);
        return current == NONE ? Vmx.FAIL_INVALID
                : !exists ? error(VmxError.UNSUPPORTED_COMPONENT) : write && field.readOnly() ? error(VmxError.READ_ONLY_COMPONENT)
                : Vmx.SUCCEED;
    }

    // --- entries

    private void enter(Instruction instruction, boolean launch) {
        if (vmxon == NONE || current == NONE) {
            inRoot(Vmx.FAIL_INVALID, instruction, () -> {});
            return;
        }
        int state = launched[number(current)];
        VmxError refusal = launch ? state != 0 ? VmxError.VMLAUNCH_NOT_CLEAR : null
                : state == 0 ? VmxError.VMRESUME_NOT_LAUNCHED : state != session ? VmxError.VMRESUME_AFTER_VMXOFF : null;
        boolean filled = current == GuestMode.VMCS;
        int expected = refusal != null ? error(refusal) : filled ? Vmx.SUCCEED : error(VmxError.INVALID_CONTROL_FIELD);
        is(expected, instruction.execute(), () -> launched[number(current)] = session);
        require(expected != Vmx.SUCCEED || !rig.vmx.exit().entryFailure(), "a legal guest is refused: " + rig.vmx.failure());
    }

    private void invalidate(int which) {
        Vmx vmx = rig.vmx;
        long type = input.u8() < 200 ? which % 4 : input.value();
        if (input.bool()) {
            long pointer = input.bool() ? GuestMode.EPT | 0x1e : input.value();
            boolean accepted = type == 2 || type == 1 && pointer >>> 46 == 0 && (pointer & 0xf80) == 0 && (pointer >> 3 & 7) == 3
                    && ((pointer & 7) == 6 || (pointer & 7) == 0);
            inRoot(accepted ? Vmx.SUCCEED : error(VmxError.INVALID_INVALIDATION_OPERAND), () -> vmx.invept(type, pointer), () -> {});
        } else {
            long vpid = input.value();
            long linear = input.value();
            boolean accepted = type >= 0 && type <= 3 && vpid >>> 16 == 0 && (vpid != 0 || type == 2)
                    && (type != 0 || linear << 16 >> 16 == linear);
            inRoot(accepted ? Vmx.SUCCEED : error(VmxError.INVALID_INVALIDATION_OPERAND), () -> vmx.invvpid(type, vpid, linear), () -> {});
        }
    }
}
