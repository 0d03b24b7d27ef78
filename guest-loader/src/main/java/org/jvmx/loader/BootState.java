package org.jvmx.loader;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The processor at the guest's first instruction, as the boot protocol wants it: plain data that the machine copies into a VMCS. It says
 * what the protocol says; the machine adds the control-register bits that its VMX capability MSRs fix (CR0.NE, CR4.VMXE).
 *
 * @param mode the operating mode, which the other components spell out
 * @param rip the first instruction, as an offset in CS
 * @param rflags RFLAGS; interrupts are off in every protocol
 * @param registers general registers; one that is missing is zero
 */
public record BootState(
        Mode mode,
        long rip,
        long rflags,
        Map<Register, Long> registers,
        Segment cs,
        Segment ds,
        Segment es,
        Segment fs,
        Segment gs,
        Segment ss,
        Segment tr,
        Segment ldtr,
        Table gdtr,
        Table idtr,
        long cr0,
        long cr3,
        long cr4,
        long efer) {

    /** Operating modes at entry: real-address mode, flat protected mode without paging, 64-bit mode with identity-mapped paging. */
    public enum Mode {
        REAL16, PROT32, LONG64
    }

    /** General registers in the order of their encoding. */
    public enum Register {
        RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15
    }

    /**
     * A segment register.
     *
     * @param rights access rights in the VMCS format, SDM Vol. 3, "Guest Register State"; bit 16 says unusable
     */
    public record Segment(int selector, long base, int limit, int rights) {
    }

    /** GDTR or IDTR. */
    public record Table(long base, int limit) {
    }

    /** Selectors of flat code and data in the GDT that the loader writes for protected and long mode. */
    public static final int CODE_SELECTOR = 0x10;

    /** See {@link #CODE_SELECTOR}. */
    public static final int DATA_SELECTOR = 0x18;

    private static final long RFLAGS_FIXED = 2;
    private static final long CR0_PE = 1;
    private static final long CR0_ET = 0x10;
    private static final long CR0_PG = 0x8000_0000L;
    private static final long CR4_PAE = 0x20;
    private static final long EFER_LME_LMA = 0x500;
    private static final int CODE16 = 0x9b;
    private static final int DATA16 = 0x93;
    private static final int CODE32 = 0xc09b;
    private static final int CODE64 = 0xa09b;
    private static final int DATA32 = 0xc093;
    private static final int BUSY_TSS = 0x8b;
    private static final int UNUSABLE = 0x1_0000;

    public BootState {
        EnumMap<Register, Long> copy = new EnumMap<>(Register.class);
        copy.putAll(registers);
        registers = Collections.unmodifiableMap(copy);
    }

    /** Real-address mode with limits of 64 KiB; every data segment is {@code dataSegment}. */
    public static BootState real16(int codeSegment, int dataSegment, long ip) {
        Segment code = new Segment(codeSegment, (long) codeSegment << 4, 0xffff, CODE16);
        Segment data = new Segment(dataSegment, (long) dataSegment << 4, 0xffff, DATA16);
        return new BootState(Mode.REAL16, ip, RFLAGS_FIXED, Map.of(), code, data, data, data, data, data, taskRegister(0xffff), noLdt(),
                new Table(0, 0xffff), new Table(0, 0x3ff), CR0_ET, 0, 0, 0);
    }

    /** Protected mode without paging; all segments are flat. */
    public static BootState prot32(long eip, Table gdtr) {
        Segment code = new Segment(CODE_SELECTOR, 0, -1, CODE32);
        Segment data = new Segment(DATA_SELECTOR, 0, -1, DATA32);
        return new BootState(Mode.PROT32, eip, RFLAGS_FIXED, Map.of(), code, data, data, data, data, data, taskRegister(0x67), noLdt(),
                gdtr, new Table(0, 0), CR0_PE | CR0_ET, 0, 0, 0);
    }

    /** 64-bit mode; {@code cr3} points to 4-level paging structures. */
    public static BootState long64(long rip, Table gdtr, long cr3) {
        Segment code = new Segment(CODE_SELECTOR, 0, -1, CODE64);
        Segment data = new Segment(DATA_SELECTOR, 0, -1, DATA32);
        return new BootState(Mode.LONG64, rip, RFLAGS_FIXED, Map.of(), code, data, data, data, data, data, taskRegister(0x67), noLdt(),
                gdtr, new Table(0, 0), CR0_PG | CR0_PE | CR0_ET, cr3, CR4_PAE, EFER_LME_LMA);
    }

    private static Segment taskRegister(int limit) {
        return new Segment(0, 0, limit, BUSY_TSS);
    }

    private static Segment noLdt() {
        return new Segment(0, 0, 0, UNUSABLE);
    }

    /** The same state with one general register changed. */
    public BootState with(Register register, long value) {
        EnumMap<Register, Long> changed = new EnumMap<>(Register.class);
        changed.putAll(registers);
        changed.put(register, value);
        return new BootState(mode, rip, rflags, changed, cs, ds, es, fs, gs, ss, tr, ldtr, gdtr, idtr, cr0, cr3, cr4, efer);
    }

    /** The value of a general register. */
    public long register(Register register) {
        return registers.getOrDefault(register, 0L);
    }
}
