package org.jvmx.fuzz.targets;

import static org.jvmx.vmx.VmcsField.*;

import org.jvmx.fuzz.Bytes;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.VmcsField;

/** What an input makes of a guest before and between its runs: code, registers, memory with its tables, fields of the VMCS, events. */
final class GuestScript {
    /** The choices that are not the guest's: to enter it, and what a monitor does after an exit. */
    static final int ENTER = 13;
    static final int AFTER_EXIT = 15;

    /** What a guest may have otherwise than its mode does. */
    private static final VmcsField[] STATE = {GUEST_RIP, GUEST_RSP, GUEST_RFLAGS, GUEST_CR0, GUEST_CR3, GUEST_CR4, GUEST_IA32_EFER,
        GUEST_DR7,
        GUEST_INTERRUPTIBILITY_STATE, GUEST_ACTIVITY_STATE, GUEST_PENDING_DEBUG_EXCEPTIONS, GUEST_GDTR_BASE, GUEST_GDTR_LIMIT,
        GUEST_IDTR_BASE,
        GUEST_IDTR_LIMIT, GUEST_IA32_SYSENTER_CS, GUEST_IA32_SYSENTER_ESP, GUEST_IA32_SYSENTER_EIP, GUEST_IA32_DEBUGCTL, GUEST_IA32_PAT,
        GUEST_PDPTE0,
        GUEST_PDPTE1, EXCEPTION_BITMAP, PAGE_FAULT_ERROR_CODE_MASK, PAGE_FAULT_ERROR_CODE_MATCH, PRIMARY_CONTROLS, SECONDARY_CONTROLS,
        CR0_GUEST_HOST_MASK, CR0_READ_SHADOW, CR4_GUEST_HOST_MASK, CR4_READ_SHADOW, CR3_TARGET_COUNT, TSC_OFFSET, PREEMPTION_TIMER_VALUE,
        PLE_GAP,
        PLE_WINDOW, TPR_THRESHOLD, EPT_POINTER, XSS_EXITING_BITMAP, PIN_BASED_CONTROLS};
    private static final VmcsField[] SEGMENT = {GUEST_ES_SELECTOR, GUEST_ES_BASE, GUEST_ES_LIMIT, GUEST_ES_ACCESS_RIGHTS};

    private final GuestRig rig;
    private final Bytes input;
    private int code = GuestMode.CODE;

    /** Begins with a guest in the mode that the input names. */
    GuestScript(GuestRig rig, Bytes input) {
        this.rig = rig;
        this.input = input;
        rig.reset(GuestMode.values()[input.below(GuestMode.values().length)]);
    }

    /** Does one thing; nothing if the choice is not the guest's. */
    void step(int choice) {
        switch (choice & 15) {
            case 0, 1, 2, 3, 4 -> instruction((choice >> 4) + 1);
            case 5 -> rig.register(choice >> 4, input.value());
            case 6 -> rig.memory(address(), input.take((choice >> 4) + 1));
            case 7 -> rig.field(STATE[input.below(STATE.length)], input.value());
            case 8 -> flip(STATE[input.below(STATE.length)]);
            case 9 -> rig.field(VmcsField.values()[SEGMENT[choice >> 4 & 3].ordinal() + input.below(8)], input.value());
            case 10 -> inject();
            case 11 -> rig.debugRegister(choice >> 4, GuestMode.CODE + input.u16());
            case 12 -> state(choice >> 4);
            default -> {
                // not the guest's
            }
        }
    }

    private void instruction(int length) {
        byte[] bytes = input.take(length);
        rig.memory(code, bytes);
        code += bytes.length;
    }

    private int address() {
        int page = input.u8();
        return (page % 0x54 << 12) + (input.u16() & 0xfff);
    }

    private void flip(VmcsField field) {
        rig.field(field, rig.vmx.read(field) ^ 1L << (input.u8() & 63));
    }

    private void inject() {
        int what = input.u16();
        rig.field(ENTRY_INTERRUPTION_INFORMATION, (what & 0xfff | Interruption.VALID) & 0xffff_ffffL);
        rig.field(ENTRY_EXCEPTION_ERROR_CODE, input.u8());
        rig.field(ENTRY_INSTRUCTION_LENGTH, what >> 12);
    }

    private void state(int which) {
        var cpu = rig.processor.cpu();
        switch (which) {
            case 0 -> cpu.xmm[input.below(32)] = input.value();
            case 1 -> cpu.fpSignificand[input.below(8)] = input.value();
            case 2 -> cpu.fpSignExponent[input.below(8)] = input.u16();
            case 3 -> cpu.fpNotEmpty = input.u8();
            case 4 -> cpu.fpTop = input.below(8);
            case 5 -> cpu.fpControl = input.u16() & 0x1f7f;
            case 6 -> cpu.mxcsr = input.u16();
            case 7 -> cpu.xcr0 = input.bool() ? 3 : 1;
            default -> code = GuestMode.CODE + input.u16() % 0x1000;
        }
    }
}
