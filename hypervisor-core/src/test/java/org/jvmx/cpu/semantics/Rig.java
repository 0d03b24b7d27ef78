package org.jvmx.cpu.semantics;

import java.util.HexFormat;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.cpu.state.GuestFault;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Feature;
import org.jvmx.isa.FlagRule;
import org.jvmx.isa.Insn;
import org.jvmx.memory.HostMemory;

/**
 * A processor with flat memory, without paging unless asked for, and the plainest driver of meanings: it decodes, reads the operands, calls the function,
 * writes. What the interpreter does fast is here done obviously.
 */
public final class Rig implements AutoCloseable {
    public static final long CODE = 0x1000;

    private static final long TABLES = 0xf0000;
    private static final long PRESENT_WRITABLE = 3;

    private final HostMemory host;
    public final Cpu cpu;
    private final Meanings meanings = Meanings.ALL;
    private final Decoder decoder = new Decoder();
    private long random;

    private Rig(long memory) {
        host = new HostMemory(memory);
        cpu = new Cpu(host, new Model() {
            @Override
            public boolean offers(Feature feature) {
                return true;
            }

            @Override
            public long cr4Bits() {
                return table().cr4Bits();
            }

            @Override
            public ProcessorModel table() {
                return ProcessorModel.jvmxV1();
            }

            @Override
            public long random() {
                return ++random * 0x1234_5678_9abc_def1L;
            }
        });
    }

    /** A processor in 64-bit mode. */
    public static Rig mode64() {
        return mode64(1 << 20);
    }

    static Rig mode64(long memory) {
        Rig rig = new Rig(memory);
        rig.cpu.cr0 = 1;
        rig.cpu.efer = 0x500;
        rig.segments(0xffff_ffffL, 0xa09b, 0xc093);
        return rig;
    }

    /** A processor in 64-bit mode with its first 2 MiB mapped to themselves by 4 KiB pages. */
    public static Rig paged() {
        Rig rig = mode64();
        for (int level = 0; level < 3; level++) {
            rig.host.writeLong(TABLES + 0x1000 * level, TABLES + 0x1000 * (level + 1) | PRESENT_WRITABLE);
        }
        for (int page = 0; page < 512; page++) {
            rig.map(page * 0x1000L, PRESENT_WRITABLE);
        }
        rig.cpu.cr3 = TABLES;
        rig.cpu.cr4 = 0x20;
        rig.cpu.cr0 = 0x8001_0001L;
        rig.cpu.modeChanged();
        rig.cpu.attention = 0;
        return rig;
    }

    /** Maps a page to itself with the given flags of its entry; 0 unmaps it. */
    public void map(long page, long flags) {
        host.writeLong(TABLES + 0x3000 + (page >> 12) * 8, page | flags);
        cpu.flushTlb();
    }

    /** Maps a page to another one. */
    public void alias(long page, long to) {
        host.writeLong(TABLES + 0x3000 + (page >> 12) * 8, to | PRESENT_WRITABLE);
        cpu.flushTlb();
    }

    /** A processor in 32-bit protected mode, flat segments. */
    public static Rig mode32() {
        return mode32(1 << 20);
    }

    static Rig mode32(long memory) {
        Rig rig = new Rig(memory);
        rig.cpu.cr0 = 1;
        rig.segments(0xffff_ffffL, 0xc09b, 0xc093);
        return rig;
    }

    /** A processor in real-address mode, all segments at 0. */
    public static Rig mode16() {
        Rig rig = new Rig(1 << 20);
        rig.segments(0xffff, 0x93, 0x93);
        return rig;
    }

    private void segments(long limit, int code, int data) {
        for (int segment = 0; segment < 6; segment++) {
            cpu.limit[segment] = limit;
            cpu.access[segment] = segment == Cpu.CS ? code : data;
        }
        cpu.gpr[Cpu.RSP] = 0x8000;
        cpu.modeChanged();
        cpu.attention = 0;
    }

    /** Runs the instruction given in hexadecimal. Where a fault leaves it, RIP is at its start. */
    void run(String hex) {
        run(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    public void run(byte[] bytes) {
        Insn insn = decoder.decode(bytes, cpu.codeSize());
        if (insn == null) {
            throw cpu.ud();
        }
        cpu.rip = CODE;
        cpu.nextRip = CODE + insn.length;
        apply(insn, meanings.of(insn));
        cpu.rip = cpu.nextRip;
    }

    /** Runs until the (repeated) instruction is complete; returns how often it was started. */
    int runWhole(String hex) {
        int starts = 0;
        do {
            run(hex);
            starts++;
        } while (cpu.rip == CODE);
        return starts;
    }

    /** The vector that the instruction raises, or -1. */
    int fault(String hex) {
        try {
            run(hex);
            return -1;
        } catch (GuestFault fault) {
            return fault.vector;
        }
    }

    /** Puts code where RIP starts. */
    public void code(byte[] bytes) {
        host.write(CODE, bytes, 0, bytes.length);
    }

    private void apply(Insn insn, Meaning meaning) {
        int last = insn.operandCount - 1;
        long cf = (insn.row.flags.read() & FlagRule.CF) != 0 && cpu.cf() ? 1 : 0;
        switch (meaning) {
            case Meaning.Effect(var body) -> body.run(cpu, insn);
            case Meaning.Binary(var value, var flags) ->
                update(insn, value, flags, last == 2 ? cpu.operand(insn, 1) : cpu.operandForUpdate(insn, 0),
                        cpu.operand(insn, last), cf);
            case Meaning.Unary(var value, var flags) -> update(insn, value, flags, cpu.operandForUpdate(insn, 0), 0, cf);
            case Meaning.Move(var value, var flags) -> update(insn, value, flags, 0, cpu.operand(insn, last), cf);
            case Meaning.Compare(var value, var flags) -> {
                long a = cpu.operand(insn, 0);
                long b = cpu.operand(insn, last);
                flags.record(cpu, insn.width(0), a, b, value.of(insn.width(0), a, b, cf) & Cpu.mask(insn.width(0)));
            }
            case Meaning.Shift(var value, var flags) -> shift(insn, value, flags, cf);
            case Meaning.SignExtend() -> cpu.operand(insn, 0, Cpu.signed(cpu.operand(insn, 1), insn.width(1)));
            default -> throw new IllegalStateException("no driver for " + insn.mnemonic);
        }
    }

    private void update(Insn insn, Fn value, FlagEffect flags, long a, long b, long cf) {
        int width = insn.width(0);
        long result = value.of(width, a, b, cf) & Cpu.mask(width);
        cpu.operand(insn, 0, result);
        flags.record(cpu, width, a, b, result);
    }

    private void shift(Insn insn, Fn value, Meaning.ShiftFlags flags, long cf) {
        int width = insn.width(0);
        int count = (int) cpu.operand(insn, insn.operandCount - 1) & (width == 8 ? 63 : 31);
        long a = cpu.operandForUpdate(insn, 0);
        long result = count == 0 ? a : value.of(width, a, count, cf) & Cpu.mask(width);
        cpu.operand(insn, 0, result);
        if (count != 0) {
            flags.record(cpu, width, a, count, result);
        }
    }

    public long load(long address, int size) {
        return cpu.load(Cpu.DS, address, size);
    }

    public void store(long address, int size, long value) {
        cpu.store(Cpu.DS, address, size, value);
    }

    @Override
    public void close() {
        host.close();
    }
}
