package org.jvmx.vm;

import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.isa.Disassembler;
import org.jvmx.memory.GuestMemory;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** A stopped guest, for people: registers, its memory by linear address, its paging structures, its code. Changes nothing. */
public final class GuestView {
    private static final String[] GPRS = {
        "RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"};
    private static final int CODE_BYTES = 64;
    private static final int INSTRUCTIONS = 8;

    private static final long PRESENT = 1;
    private static final long LARGE = 1 << 7;
    private static final long FRAME = 0x000f_ffff_ffff_f000L;

    private final Vmx vmx;
    private final GuestMemory memory;

    private GuestView(Vmx vmx, GuestMemory memory) {
        this.vmx = vmx;
        this.memory = memory;
    }

    /** The guest as one of its processors sees it, which does not run. */
    public static GuestView of(Vcpu vcpu) {
        return new GuestView(vcpu.vmx(), vcpu.machine().memory());
    }

    /** The guest of a machine that does not run, as its processor sees it that ran last. */
    public static GuestView of(Machine machine) {
        return of(machine.current());
    }

    /** A field of the guest-state area. */
    public long get(VmcsField field) {
        return vmx.read(field);
    }

    /** RIP, an offset in CS. */
    public long rip() {
        return get(VmcsField.GUEST_RIP);
    }

    /** A general-purpose register by its number. */
    public long gpr(int number) {
        return number == 4 ? get(VmcsField.GUEST_RSP) : vmx.registers().gpr(number);
    }

    /** EFER.LMA. */
    boolean longMode() {
        return (get(VmcsField.GUEST_IA32_EFER) & Efer.LMA) != 0;
    }

    /** CR0.PE. */
    boolean protectedMode() {
        return (get(VmcsField.GUEST_CR0) & Cr0.PE) != 0;
    }

    /** Operand size of the code segment in bytes: 2, 4 or 8. */
    public int codeSize() {
        long rights = get(GuestSegments.rights(GuestSegments.CS));
        if (longMode() && (rights & AccessRights.L) != 0) {
            return 8;
        }
        return (rights & AccessRights.DB) != 0 ? 4 : 2;
    }

    /** The linear address of an offset in the code segment. */
    public long codeAddress(long offset) {
        return codeSize() == 8 ? offset : get(GuestSegments.base(GuestSegments.CS)) + offset & 0xffff_ffffL;
    }

    /** The guest-physical address behind a linear one, or -1 if the paging structures map none. */
    public long translate(long linear) {
        return walk(linear, null);
    }

    /** Writes the walk of the paging structures for a linear address. */
    public void walk(StringBuilder text, long linear) {
        text.append("  linear 0x").append(Long.toHexString(linear)).append(':');
        long gpa = walk(linear, text);
        text.append(gpa < 0 ? " not mapped" : " -> 0x" + Long.toHexString(gpa) + (memory.contains(gpa, 1) ? "" : ", which is no RAM"));
        text.append(System.lineSeparator());
    }

    private long walk(long linear, StringBuilder text) {
        if ((get(VmcsField.GUEST_CR0) & Cr0.PG) == 0) {
            return linear & 0xffff_ffffL;
        }
        long cr3 = get(VmcsField.GUEST_CR3);
        if (longMode()) {
            return walk(linear, cr3 & FRAME, 4, 9, text);
        }
        if ((get(VmcsField.GUEST_CR4) & Cr4.PAE) == 0) {
            return walk(linear, cr3 & 0xffff_f000L, 2, 10, text);
        }
        long pdpte = memory.readLong((cr3 & 0xffff_ffe0L) + (linear >>> 30 & 3) * 8);
        note(text, "PDPTE", pdpte);
        return (pdpte & PRESENT) == 0 ? -1 : walk(linear, pdpte & FRAME, 2, 9, text);
    }

    private long walk(long linear, long root, int top, int bits, StringBuilder text) {
        if (top == 4 && linear << 16 >> 16 != linear) {
            return -1;
        }
        long table = root;
        int size = bits == 9 ? 8 : 4;
        for (int level = top; level > 0; level--) {
            int shift = 12 + bits * (level - 1);
            long slot = table + (linear >>> shift & (1L << bits) - 1) * size;
            long entry = size == 8 ? memory.readLong(slot) : memory.readInt(slot) & 0xffff_ffffL;
            note(text, level == 4 ? "PML4E" : level == 3 ? "PDPTE" : level == 2 ? "PDE" : "PTE", entry);
            if ((entry & PRESENT) == 0 || !memory.contains(slot, size)) {
                return -1;
            }
            if (level == 1 || level < 4 && (entry & LARGE) != 0) {
                long offset = (1L << shift) - 1;
                return entry & FRAME & ~offset | linear & offset;
            }
            table = entry & FRAME;
        }
        return -1;
    }

    private static void note(StringBuilder text, String name, long entry) {
        if (text != null) {
            text.append(' ').append(name).append(" 0x").append(Long.toHexString(entry));
        }
    }

    /** Reads memory by linear address; returns how many bytes could be read. */
    public int read(long linear, byte[] target) {
        for (int n = 0; n < target.length; n++) {
            long gpa = translate(linear + n);
            if (gpa < 0 || !memory.contains(gpa, 1)) {
                return n;
            }
            target[n] = (byte) memory.readByte(gpa);
        }
        return target.length;
    }

    /** Writes RAM by linear address, whatever the paging structures permit; returns how many bytes could be written. */
    public int write(long linear, byte[] source) {
        for (int n = 0; n < source.length; n++) {
            long gpa = translate(linear + n);
            if (gpa < 0 || !memory.contains(gpa, 1)) {
                return n;
            }
            memory.writeByte(gpa, source[n]);
        }
        return source.length;
    }

    /** Writes the instructions at an offset in the code segment. */
    public void disassemble(StringBuilder text, long offset) {
        byte[] code = new byte[CODE_BYTES];
        int available = read(codeAddress(offset), code);
        text.append("code at 0x").append(Long.toHexString(offset)).append(':').append(System.lineSeparator());
        if (available == 0) {
            text.append("  cannot be read").append(System.lineSeparator());
        } else {
            text.append(Disassembler.listing(code, 0, available, codeSize(), offset, INSTRUCTIONS));
        }
    }

    /** Writes all registers. */
    public void registers(StringBuilder text) {
        for (int n = 0; n < GPRS.length; n++) {
            text.append("  %-3s 0x%016x%s".formatted(GPRS[n], gpr(n), n % 4 == 3 ? System.lineSeparator() : ""));
        }
        text.append("  RIP 0x%016x  RFLAGS 0x%x  CR0 0x%x  CR2 0x%x  CR3 0x%x  CR4 0x%x  EFER 0x%x%n".formatted(rip(),
                get(VmcsField.GUEST_RFLAGS), get(VmcsField.GUEST_CR0), vmx.registers().cr2(), get(VmcsField.GUEST_CR3),
                get(VmcsField.GUEST_CR4), get(VmcsField.GUEST_IA32_EFER)));
        for (int n = 0; n < GuestSegments.NAMES.length; n++) {
            text.append("  %-4s 0x%04x base 0x%x limit 0x%x rights 0x%x%n".formatted(GuestSegments.NAMES[n], get(GuestSegments.selector(n)),
                    get(GuestSegments.base(n)), get(GuestSegments.limit(n)), get(GuestSegments.rights(n))));
        }
        text.append("  GDTR base 0x%x limit 0x%x  IDTR base 0x%x limit 0x%x%n".formatted(get(VmcsField.GUEST_GDTR_BASE),
                get(VmcsField.GUEST_GDTR_LIMIT), get(VmcsField.GUEST_IDTR_BASE), get(VmcsField.GUEST_IDTR_LIMIT)));
    }
}
