package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.cpu.state.GuestFault;

/** A descriptor out of the GDT, LDT or IDT. SDM Vol. 3, "Segment Descriptors" and "System Descriptor Types". */
final class Descriptor {
    static final int TYPE_TSS_16 = 1;
    static final int TYPE_LDT = 2;
    static final int TYPE_TSS_16_BUSY = 3;
    static final int TYPE_CALL_GATE_16 = 4;
    static final int TYPE_TASK_GATE = 5;
    static final int TYPE_INTERRUPT_GATE_16 = 6;
    static final int TYPE_TRAP_GATE_16 = 7;
    static final int TYPE_TSS = 9;
    static final int TYPE_TSS_BUSY = 11;
    static final int TYPE_CALL_GATE = 12;
    static final int TYPE_INTERRUPT_GATE = 14;
    static final int TYPE_TRAP_GATE = 15;

    /** Access rights of a null segment register. */
    static final int UNUSABLE = 1 << 16;
    static final int LONG_CODE = 1 << 13;
    static final int BIG = 1 << 14;

    private static final int ACCESSED = 1;
    private static final int BUSY = 2;
    private static final int CODE_OR_DATA = 1 << 4;
    private static final int PRESENT = 1 << 7;
    private static final long GRANULAR = 1L << 55;

    int selector;
    /** Linear address of the descriptor. */
    long address;
    long raw;
    /** Upper half of a 16-byte descriptor. */
    long high;
    /** Access rights in the VMCS's format. */
    int rights;
    long base;
    long limit;

    static boolean isNull(int selector) {
        return (selector & 0xfffc) == 0;
    }

    /** Reads the descriptor of a selector that is not null; false if it is beyond the table's limit. */
    boolean read(Cpu cpu, int which) {
        selector = which & 0xffff;
        int at = which & 0xfff8;
        if (!inside(cpu, at + 7)) {
            return false;
        }
        address = wrap(cpu, tableBase(cpu) + at);
        parse(cpu.systemLoad(address, 8));
        return true;
    }

    /** Reads the descriptor of a selector that is not null; beyond the table's limit it is an exception with the selector as error code. */
    void fetch(Cpu cpu, int which, int vector) {
        if (!read(cpu, which)) {
            throw fault(cpu, vector);
        }
    }

    /** Reads the upper half of a 16-byte descriptor; false if it is beyond the table's limit. */
    boolean readHigh(Cpu cpu) {
        if (!inside(cpu, (selector & 0xfff8) + 15)) {
            return false;
        }
        high = cpu.systemLoad(address + 8, 8);
        base = base & 0xffff_ffffL | high << 32;
        return true;
    }

    void parse(long bits) {
        raw = bits;
        high = 0;
        rights = (int) (bits >>> 40) & 0xf0ff;
        base = bits >>> 16 & 0xff_ffff | bits >>> 32 & 0xff00_0000L;
        limit = bits & 0xffff | bits >>> 32 & 0xf_0000;
        if ((bits & GRANULAR) != 0) {
            limit = limit << 12 | 0xfff;
        }
    }

    private boolean inside(Cpu cpu, int last) {
        if ((selector & 4) == 0) {
            return last <= cpu.gdtrLimit;
        }
        return (cpu.access[CpuState.LDTR] & UNUSABLE) == 0 && last <= cpu.limit[CpuState.LDTR];
    }

    private long tableBase(Cpu cpu) {
        return (selector & 4) == 0 ? cpu.gdtrBase : cpu.base[CpuState.LDTR];
    }

    static long wrap(Cpu cpu, long linear) {
        return cpu.longMode() ? linear : linear & 0xffff_ffffL;
    }

    boolean present() {
        return (rights & PRESENT) != 0;
    }

    int dpl() {
        return rights >> 5 & 3;
    }

    int rpl() {
        return selector & 3;
    }

    boolean isSystem() {
        return (rights & CODE_OR_DATA) == 0;
    }

    /** Type of a system descriptor. */
    int type() {
        return rights & 15;
    }

    boolean isCode() {
        return (rights & 0x18) == 0x18;
    }

    boolean isConforming() {
        return (rights & 0x1c) == 0x1c;
    }

    boolean isWritableData() {
        return (rights & 0x1a) == 0x12;
    }

    /** Data, or code that may be read. */
    boolean isReadable() {
        return !isSystem() && (rights & 8) == 0 || (rights & 0x1a) == 0x1a;
    }

    boolean isLongCode() {
        return (rights & LONG_CODE) != 0;
    }

    boolean isBig() {
        return (rights & BIG) != 0;
    }

    // --- gates

    int gateSelector() {
        return (int) (raw >>> 16) & 0xffff;
    }

    /** Offset of a gate, by its type: 16, 32, or with the upper half read 64 bits. */
    long gateOffset() {
        if ((rights & 8) == 0) {
            return raw & 0xffff;
        }
        return raw & 0xffff | raw >>> 32 & 0xffff_0000L | high << 32;
    }

    int parameters() {
        return (int) (raw >>> 32) & 31;
    }

    /** Interrupt stack table index of a 64-bit gate. */
    int interruptStack() {
        return (int) (raw >>> 32) & 7;
    }

    // --- effects

    /** The exception with this selector as error code. */
    GuestFault fault(Cpu cpu, int vector) {
        return cpu.raise(vector, selector & 0xfffc | cpu.delivery.ext);
    }

    /** Sets the accessed flag in the table. */
    void markAccessed(Cpu cpu) {
        if ((rights & ACCESSED) == 0) {
            cpu.systemChange(address + 5, ACCESSED, 0);
            rights |= ACCESSED;
        }
    }

    /** Sets or clears the busy flag of a TSS in the table. */
    void markBusy(Cpu cpu, boolean busy) {
        rights = busy ? rights | BUSY : rights & ~BUSY;
        cpu.systemChange(address + 5, busy ? BUSY : 0, busy ? 0 : BUSY);
    }

    /** Loads the hidden part of a segment register. */
    void install(Cpu cpu, int segment, int which) {
        cpu.selector[segment] = which & 0xffff;
        cpu.base[segment] = base;
        cpu.limit[segment] = limit;
        cpu.access[segment] = rights;
    }
}
