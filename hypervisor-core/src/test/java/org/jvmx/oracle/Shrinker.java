package org.jvmx.oracle;

import static org.jvmx.oracle.Case.*;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.FlagRule;
import org.jvmx.isa.Insn;

/** Takes everything out of a failing case that the failure does not need, and describes what is left. */
final class Shrinker {
    private static final int PLAIN_FLAGS = FlagRule.IF | 2;
    private static final long PLAIN_CONTROL = 0x37f;
    private static final long PLAIN_MXCSR = 0x1f80;

    private final Oracle oracle;
    private final Insn insn;

    Shrinker(Oracle oracle, Insn insn) {
        this.oracle = oracle;
        this.insn = insn;
    }

    /** The text of a failure. */
    String report(MemorySegment original, long seed) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment smallest = arena.allocate(SIZE, 64);
            smallest.copyFrom(original);
            shrink(smallest);
            return describe(smallest, seed);
        }
    }

    private void shrink(MemorySegment state) throws IOException {
        for (int field = 0; field < YMM_END; field += 8) {
            boolean state64 = field < RIP || field == FS || field == GS || inState(field);
            if (state64) {
                simplify(state, field, plain(field));
            }
        }
        for (int field = MEMORY; field < SIZE; field += 8) {
            simplify(state, field, 0);
        }
        for (int bit = 0; bit < 22; bit++) {
            if ((PLAIN_FLAGS >> bit & 1) == 0) {
                simplify(state, FLAGS, at(state, 0, FLAGS) & ~(1L << bit));
            }
        }
    }

    /** Whether it is x87, SSE or AVX state. */
    private static boolean inState(int field) {
        return field >= FX && field < FX + FX_USED || field >= YMM && field < YMM_END;
    }

    private static long plain(int field) {
        return switch (field) {
            case FX -> PLAIN_CONTROL;
            case MXCSR -> PLAIN_MXCSR;
            default -> 0;
        };
    }

    private void simplify(MemorySegment state, int field, long value) throws IOException {
        long before = at(state, 0, field);
        if (before != value) {
            at(state, 0, field, value);
            if (oracle.agree(state, insn)) {
                at(state, 0, field, before);
            }
        }
    }

    private String describe(MemorySegment state, long seed) throws IOException {
        boolean reproduced = !oracle.agree(state, insn);
        byte[] bytes = bytes(state, 0);
        Insn last = new Decoder().decode(bytes, insn.codeSize);
        StringBuilder text = new StringBuilder();
        text.append("%n%s%n  %s   bytes %s%n".formatted(insn.row, last == null ? "?" : last.text(at(state, 0, RIP)), Oracle.hex(bytes)));
        text.append("  again with -Djvmx.oracle.seed=%d -Djvmx.oracle.cases=%d%n".formatted(seed, Oracle.GROUP));
        text.append("  state: ");
        for (int field = 0; field < SIZE; field += 8) {
            boolean shown = field < BYTES || inState(field) || field >= MEMORY;
            if (shown && at(state, 0, field) != plain(field)) {
                text.append(Comparison.name(field)).append(' ').append(Long.toHexString(at(state, 0, field))).append("; ");
            }
        }
        text.append("window at %x%n".formatted(DATA + intAt(state, 0, WINDOW)));
        if (!reproduced) {
            text.append("  not reproduced alone\n");
        }
        Comparison.differences(oracle.theirs(), oracle.mine(), 0).forEach(line -> text.append("    ").append(line).append('\n'));
        return text.toString();
    }
}
