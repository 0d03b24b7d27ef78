package org.jvmx.cpu.interp;

import java.util.Arrays;

import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Insn;
import org.jvmx.memory.RawMemory;

/** Decodes code into blocks: up to a transfer of control, the end of the page, or {@link #MAX_OPS} instructions. */
final class BlockBuilder {
    static final int MAX_OPS = 32;
    static final int MAX_BYTES = Decoder.MAX_LENGTH;

    private static final int VECTOR_UD = 6;
    private static final int VECTOR_GP = 13;

    private final Cpu cpu;
    private final OpFactory factory;
    private final Decoder decoder = new Decoder();
    private final byte[] bytes = new byte[MAX_BYTES];
    /** The code of the block that was decoded last, and room to read it again. */
    private final byte[] image = new byte[(MAX_OPS + 1) * MAX_BYTES];
    private final byte[] again = new byte[(MAX_OPS + 1) * MAX_BYTES];
    private int imageLength;
    private final Op[] ops = new Op[MAX_OPS];
    private long secondFrame;
    /** The instruction decoded last ends its block. */
    private boolean last;
    /** Bytes that the instruction decoded last was looked for in. */
    private int decoded;

    BlockBuilder(Cpu cpu, Meanings meanings) {
        this.cpu = cpu;
        this.factory = new OpFactory(meanings);
    }

    /** Decodes at most {@code most} instructions from a linear address whose code byte is at {@code hpa}. */
    Block build(long linear, long hpa, int most) {
        int count = 0;
        int length = 0;
        secondFrame = -1;
        while (count < most) {
            int inPage = (int) (4096 - (hpa & 4095)) - length;
            if (inPage <= 0) {
                break;
            }
            Op op = decode(linear + length, hpa + length, inPage, length, count);
            if (op == null) {
                break;
            }
            ops[count++] = op;
            imageLength = length + decoded;
            System.arraycopy(bytes, 0, image, length, decoded);
            length = op.end;
            if (last || op instanceof FaultOp) {
                break;
            }
        }
        return new Block(Arrays.copyOf(ops, count), Math.max(length, 1), hpa, secondFrame, cpu.modeKey);
    }

    private Op decode(long linear, long hpa, int inPage, int offset, int index) {
        int have = copy(hpa, Math.min(inPage, MAX_BYTES));
        decoded = have;
        Insn insn = decoder.decode(bytes, 0, have, cpu.codeSize());
        if (decoder.outcome() == Decoder.Outcome.INCOMPLETE) {
            if (index > 0) {
                return null;
            }
            have = appendNextPage(linear, have);
            decoded = have;
            insn = decoder.decode(bytes, 0, have, cpu.codeSize());
        }
        last = true;
        return switch (decoder.outcome()) {
            case DECODED -> {
                last = Terminators.ends(insn.mnemonic);
                yield factory.make(cpu, insn, offset, index);
            }
            case TOO_LONG -> new FaultOp(VECTOR_GP, null, offset, index);
            case INVALID, INCOMPLETE -> new FaultOp(VECTOR_UD, null, offset, index);
        };
    }

    /** Whether the code of the block that was decoded last is what it was then. */
    boolean unchanged(Block block) {
        int first = (int) Math.min(imageLength, 4096 - (block.hpa & 4095));
        RawMemory.get(cpu.host.address(block.hpa), again, 0, first);
        int rest = imageLength - first;
        if (rest > 0 && cpu.host.contains(block.secondFrame, rest)) {
            RawMemory.get(cpu.host.address(block.secondFrame), again, first, rest);
        } else {
            rest = 0;
        }
        return Arrays.equals(image, 0, first + rest, again, 0, first + rest);
    }

    private int copy(long hpa, int count) {
        if (cpu.host.contains(hpa, count)) {
            RawMemory.get(cpu.host.address(hpa), bytes, 0, count);
        } else {
            Arrays.fill(bytes, 0, count, (byte) 0xff);
        }
        return count;
    }

    private int appendNextPage(long linear, int have) {
        long next = (linear & -4096L) + 4096;
        long hpa = cpu.fetchPhysical(cpu.codeSize() == 8 ? next : next & 0xffff_ffffL);
        secondFrame = hpa & -4096L;
        int more = MAX_BYTES - have;
        if (cpu.host.contains(hpa, more)) {
            RawMemory.get(cpu.host.address(hpa), bytes, have, more);
        } else {
            Arrays.fill(bytes, have, MAX_BYTES, (byte) 0xff);
        }
        return MAX_BYTES;
    }
}
