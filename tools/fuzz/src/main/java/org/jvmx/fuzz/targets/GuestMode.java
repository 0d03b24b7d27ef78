package org.jvmx.fuzz.targets;

import static org.jvmx.vmx.VmcsField.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.ObjLongConsumer;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.Control;
import org.jvmx.vmx.ControlWord;
import org.jvmx.vmx.EntryControl;
import org.jvmx.vmx.ExitControl;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;
import org.jvmx.vmx.VmcsField;

/** Where a guest begins. Its memory is the same in all modes: tables, code, data and a stack, with pages of all permissions. */
enum GuestMode {
    REAL, VIRTUAL_8086, PROTECTED_16, PROTECTED_32, PAGED_32, PAGED_32_USER, PAE, PAE_USER, LONG, LONG_USER, COMPATIBILITY_USER,
    LONG_WITHOUT_EPT,
    PAGED_WITHOUT_EPT;

    static final int GDT = 0x1000;
    static final int IDT = 0x2000;
    static final int TSS = 0x3000;
    static final int CODE = 0x4000;
    static final int DATA = 0x5000;
    static final int STACK = 0x7800;
    static final int IDT32 = 0x8000;
    static final int INNER_STACK = 0x9800;
    static final int HANDLER = 0xa000;
    static final int TSS16 = 0xb000;
    static final int LDT = 0xc000;
    static final int PML4 = 0x1_0000;
    static final int PD32 = 0x1_4000;
    static final int PDPT = 0x1_6000;
    static final int EPT = 0x4_0000;
    static final int VMCS = 0x4_a000;
    static final int OTHER_VMCS = 0x4_b000;
    static final int VMXON = 0x4_c000;
    static final int MSR_BITMAP = 0x4_d000;
    static final int IO_BITMAP = 0x4_e000;
    static final int VIRTUAL_APIC = 0x5_0000;
    static final int MSR_LIST = 0x5_1000;
    /** Guest RAM, of which the last pages are special. */
    static final int RAM_PAGES = 0x40;

    private static final int CODE64 = 0x08;
    private static final int DATA_KERNEL = 0x10;
    private static final int CODE32_USER = 0x18;
    private static final int DATA_USER = 0x20;
    private static final int CODE64_USER = 0x28;
    private static final int TASK = 0x30;
    private static final int CODE32 = 0x40;
    private static final byte[] MEMORY = build();

    /** What host-physical memory holds from 0 on. */
    static byte[] memory() {
        return MEMORY;
    }

    private boolean paging() {
        return ordinal() >= PAGED_32.ordinal() || this == VIRTUAL_8086;
    }

    private boolean ia32e() {
        return this == LONG || this == LONG_USER || this == COMPATIBILITY_USER || this == LONG_WITHOUT_EPT;
    }

    private boolean user() {
        return name().endsWith("_USER") || this == VIRTUAL_8086;
    }

    private boolean ept() {
        return !name().endsWith("_WITHOUT_EPT");
    }

    // --- the VMCS

    void fill(CapabilityMsrs offered, ObjLongConsumer<VmcsField> vmcs) {
        controls(offered, vmcs);
        host(offered, vmcs);
        registers(vmcs);
        for (int n = 0; n < 8; n++) {
            segment(n, vmcs);
        }
    }

    private void controls(CapabilityMsrs offered, ObjLongConsumer<VmcsField> vmcs) {
        word(offered, vmcs, PIN_BASED_CONTROLS, ControlWord.PIN_BASED, PinBasedControl.EXTERNAL_INTERRUPT_EXITING,
                PinBasedControl.NMI_EXITING,
                PinBasedControl.VIRTUAL_NMIS, PinBasedControl.ACTIVATE_PREEMPTION_TIMER);
        word(offered, vmcs, PRIMARY_CONTROLS, ControlWord.PRIMARY, PrimaryControl.USE_TSC_OFFSETTING, PrimaryControl.USE_IO_BITMAPS,
                PrimaryControl.USE_MSR_BITMAPS, PrimaryControl.USE_TPR_SHADOW, PrimaryControl.ACTIVATE_SECONDARY_CONTROLS,
                PrimaryControl.HLT_EXITING);
        Control[] secondary = {SecondaryControl.ENABLE_RDTSCP, SecondaryControl.ENABLE_INVPCID, SecondaryControl.ENABLE_XSAVES};
        Control[] nested = {SecondaryControl.ENABLE_RDTSCP, SecondaryControl.ENABLE_INVPCID, SecondaryControl.ENABLE_XSAVES,
            SecondaryControl.ENABLE_EPT, SecondaryControl.UNRESTRICTED_GUEST, SecondaryControl.ENABLE_VPID};
        word(offered, vmcs, SECONDARY_CONTROLS, ControlWord.SECONDARY, ept() ? nested : secondary);
        word(offered, vmcs, EXIT_CONTROLS, ControlWord.EXIT, ExitControl.HOST_ADDRESS_SPACE_SIZE, ExitControl.SAVE_IA32_EFER,
                ExitControl.SAVE_IA32_PAT, ExitControl.SAVE_DEBUG_CONTROLS);
        Control[] entry = {EntryControl.LOAD_DEBUG_CONTROLS, EntryControl.LOAD_IA32_EFER, EntryControl.LOAD_IA32_PAT};
        Control[] wide =
                {EntryControl.LOAD_DEBUG_CONTROLS, EntryControl.LOAD_IA32_EFER, EntryControl.LOAD_IA32_PAT, EntryControl.IA32E_MODE_GUEST};
        word(offered, vmcs, ENTRY_CONTROLS, ControlWord.ENTRY, ia32e() ? wide : entry);
        vmcs.accept(MSR_BITMAPS, MSR_BITMAP);
        vmcs.accept(IO_BITMAP_A, IO_BITMAP);
        vmcs.accept(IO_BITMAP_B, IO_BITMAP + 0x1000);
        vmcs.accept(VIRTUAL_APIC_ADDRESS, VIRTUAL_APIC);
        vmcs.accept(ENTRY_MSR_LOAD_ADDRESS, MSR_LIST);
        vmcs.accept(EXIT_MSR_STORE_ADDRESS, MSR_LIST + 0x400);
        vmcs.accept(EXIT_MSR_LOAD_ADDRESS, MSR_LIST + 0x800);
        vmcs.accept(PREEMPTION_TIMER_VALUE, 100);
        vmcs.accept(EPT_POINTER, EPT | 0x5e);
        vmcs.accept(VMCS_LINK_POINTER, -1);
        vmcs.accept(VPID, 1);
    }

    private static void word(CapabilityMsrs offered, ObjLongConsumer<VmcsField> vmcs, VmcsField field, ControlWord word,
            Control... controls) {
        vmcs.accept(field, offered.word(word, controls) & 0xffff_ffffL);
    }

    private static void host(CapabilityMsrs offered, ObjLongConsumer<VmcsField> vmcs) {
        vmcs.accept(HOST_CR0, offered.cr0Fixed0() | 0x8000_0001L);
        vmcs.accept(HOST_CR4, offered.cr4Fixed0() | 0x20);
        vmcs.accept(HOST_CS_SELECTOR, 8);
        vmcs.accept(HOST_TR_SELECTOR, 16);
        vmcs.accept(HOST_IA32_EFER, 0x500);
        vmcs.accept(HOST_IA32_PAT, 0x0007_0406_0007_0406L);
    }

    private void registers(ObjLongConsumer<VmcsField> vmcs) {
        long cr0 = 0x30 | (this == REAL ? 0 : 1) | (paging() ? 0x8000_0000L : 0);
        boolean pae = ia32e() || this == PAE || this == PAE_USER;
        vmcs.accept(GUEST_CR0, cr0);
        vmcs.accept(GUEST_CR4, 0x2000 | 0x600 | 0x4_0000 | (pae ? 0x20 : 0x10));
        vmcs.accept(GUEST_CR3, ia32e() ? PML4 : pae ? PDPT : paging() ? PD32 : 0);
        for (int n = 0; n < 4 && pae; n++) {
            vmcs.accept(VmcsField.values()[GUEST_PDPTE0.ordinal() + n], n == 0 ? PDPT + 0x1000 | 1 : 0);
        }
        vmcs.accept(GUEST_IA32_EFER, ia32e() ? 0xd01 : 0x800);
        vmcs.accept(GUEST_IA32_PAT, 0x0007_0406_0007_0406L);
        vmcs.accept(GUEST_DR7, 0x400);
        vmcs.accept(GUEST_RIP, this == REAL || this == VIRTUAL_8086 ? 0 : CODE);
        vmcs.accept(GUEST_RSP, this == REAL || this == VIRTUAL_8086 ? 0x800 : STACK);
        vmcs.accept(GUEST_RFLAGS, this == VIRTUAL_8086 ? 0x2_3002 : 2);
        vmcs.accept(GUEST_GDTR_BASE, GDT);
        vmcs.accept(GUEST_GDTR_LIMIT, 0x7f);
        vmcs.accept(GUEST_IDTR_BASE, this == REAL ? 0 : ia32e() ? IDT : IDT32);
        vmcs.accept(GUEST_IDTR_LIMIT, this == REAL ? 0x3ff : ia32e() ? 0xfff : 0x7ff);
    }

    private void segment(int n, ObjLongConsumer<VmcsField> vmcs) {
        long selector;
        long base = 0;
        long limit = 0xffff_ffffL;
        long rights;
        if (n == 6) {
            selector = 0;
            rights = 1 << 16;
            limit = 0;
        } else if (n == 7) {
            selector = TASK;
            base = TSS;
            limit = 0x7ff;
            rights = 0x8b;
        } else if (this == REAL || this == VIRTUAL_8086) {
            int at = n == 1 ? CODE : n == 2 ? STACK & ~0xfff : DATA;
            selector = at >> 4;
            base = at;
            limit = 0xffff;
            rights = this == REAL ? n == 1 ? 0x9b : 0x93 : 0xf3;
        } else {
            int level = user() ? 3 : 0;
            boolean small = this == PROTECTED_16;
            selector = (n == 1 ? code() : user() ? DATA_USER : DATA_KERNEL) | level;
            rights = (n == 1 ? codeRights() : small ? 0x93 : 0xc093) | level << 5;
            limit = small ? 0xffff : limit;
        }
        vmcs.accept(VmcsField.values()[GUEST_ES_SELECTOR.ordinal() + n], selector);
        vmcs.accept(VmcsField.values()[GUEST_ES_BASE.ordinal() + n], base);
        vmcs.accept(VmcsField.values()[GUEST_ES_LIMIT.ordinal() + n], limit);
        vmcs.accept(VmcsField.values()[GUEST_ES_ACCESS_RIGHTS.ordinal() + n], rights);
    }

    private int code() {
        return switch (this) {
            case LONG, LONG_WITHOUT_EPT -> CODE64;
            case LONG_USER -> CODE64_USER;
            case PAGED_32_USER, PAE_USER, COMPATIBILITY_USER -> CODE32_USER;
            default -> CODE32;
        };
    }

    private int codeRights() {
        return switch (this) {
            case LONG, LONG_WITHOUT_EPT, LONG_USER -> 0xa09b;
            case PROTECTED_16 -> 0x9b;
            default -> 0xc09b;
        };
    }

    // --- memory

    private static byte[] build() {
        ByteBuffer memory = ByteBuffer.allocate(0x5_2000).order(ByteOrder.LITTLE_ENDIAN);
        for (int vector = 0; vector < 256; vector++) {
            memory.putInt(4 * vector, HANDLER);
            long offset = HANDLER;
            memory.putLong(IDT32 + 8 * vector, offset & 0xffff | (long) CODE32 << 16 | (vector % 3 == 0 ? 0xee00L : 0x8e00L) << 32);
            memory.putLong(IDT + 16 * vector, offset & 0xffff | (long) CODE64 << 16 | (vector % 3 == 0 ? 0xee00L : 0x8e00L) << 32);
        }
        memory.putLong(IDT32 + 8 * 8, 0x50L << 16 | 0x8500L << 32);
        descriptors(memory);
        memory.put(HANDLER, (byte) 0x0f).put(HANDLER + 1, (byte) 0x01).put(HANDLER + 2, (byte) 0xc1).put(HANDLER + 3, (byte) 0xcf);
        memory.putInt(TSS + 4, INNER_STACK).putInt(TSS + 8, DATA_KERNEL).putShort(TSS + 0x66, (short) 0x68);
        guestTables(memory);
        extendedTables(memory);
        return memory.array();
    }

    private static void descriptors(ByteBuffer memory) {
        memory.putLong(GDT + CODE64, 0x00af_9b00_0000_ffffL).putLong(GDT + DATA_KERNEL, 0x00cf_9300_0000_ffffL);
        memory.putLong(GDT + CODE32_USER, 0x00cf_fb00_0000_ffffL).putLong(GDT + DATA_USER, 0x00cf_f300_0000_ffffL);
        memory.putLong(GDT + CODE64_USER, 0x00af_fb00_0000_ffffL).putLong(GDT + CODE32, 0x00cf_9b00_0000_ffffL);
        memory.putLong(GDT + TASK, 0x7ffL | (long) TSS << 16 | 0x8bL << 40);
        memory.putLong(GDT + 0x48, 0x67L | (long) (TSS + 0x800) << 16 | 0x89L << 40);
        memory.putLong(GDT + 0x50, 0x48L << 16 | 0xe5L << 40);
        memory.putLong(GDT + 0x58, HANDLER & 0xffff | (long) CODE32 << 16 | 0xecL << 40);
        memory.putLong(GDT + 0x60, 0x2bL | (long) TSS16 << 16 | 0x81L << 40);
        memory.putLong(GDT + 0x68, 0xffL | (long) LDT << 16 | 0x82L << 40);
        memory.putLong(GDT + 0x70, 0x0000_9b00_0000_ffffL).putLong(GDT + 0x78, 0x0040_f700_0000_0fffL);
        int next = TSS + 0x800;
        memory.putInt(next + 4, INNER_STACK).putInt(next + 8, DATA_KERNEL).putInt(next + 0x1c, PD32).putInt(next + 0x20, CODE)
                .putInt(next + 0x24, 2);
        memory.putInt(next + 0x38, STACK).putInt(next + 0x48, DATA_KERNEL).putInt(next + 0x4c, CODE32).putInt(next + 0x50, DATA_KERNEL);
    }

    private static void guestTables(ByteBuffer memory) {
        memory.putLong(PML4, PML4 + 0x1000 | 7).putLong(PML4 + 0x1000, PML4 + 0x2000 | 7).putLong(PML4 + 0x2000, PML4 + 0x3000 | 7);
        memory.putLong(PML4 + 0x1008, 0x87).putLong(PML4 + 0x2008, 0x20_0087);
        memory.putInt(PD32, PD32 + 0x1000 | 7).putInt(PD32 + 4, 0x87);
        memory.putLong(PDPT, PDPT + 0x1000 | 1).putLong(PDPT + 0x1000, PML4 + 0x3000 | 7).putLong(PDPT + 0x1008, 0x87);
        for (int page = 0; page < RAM_PAGES; page++) {
            int rights = switch (page) {
                case 0x30 -> 3;
                case 0x31 -> 5;
                case 0x33 -> 6;
                case 0x34 -> 1;
                case 0x35 -> 0x67;
                default -> 7;
            };
            long special = page == 0x32 ? 1L << 63 : page == 0x36 ? 1L << 50 : 0;
            memory.putLong(PML4 + 0x3000 + 8 * page, page * 0x1000L | rights | special);
            memory.putInt(PD32 + 0x1000 + 4 * page, page * 0x1000 | rights);
        }
    }

    private static void extendedTables(ByteBuffer memory) {
        memory.putLong(EPT, EPT + 0x1000 | 7).putLong(EPT + 0x1000, EPT + 0x2000 | 7).putLong(EPT + 0x2000, EPT + 0x3000 | 7);
        memory.putLong(EPT + 0x1008, 0xb7).putLong(EPT + 0x2008, 0xb7);
        for (int page = 0; page < RAM_PAGES; page++) {
            int rights = switch (page) {
                case 0x3b -> 0x31;
                case 0x3c -> 0x34;
                case 0x3d -> 0x33;
                case 0x3e -> 0x32;
                case 0x3f -> 0;
                default -> 0x37;
            };
            memory.putLong(EPT + 0x3000 + 8 * page, page * 0x1000L | rights);
        }
    }
}
