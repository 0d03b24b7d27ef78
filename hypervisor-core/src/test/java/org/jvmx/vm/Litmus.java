package org.jvmx.vm;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.isa.Mem;

/**
 * A litmus test: a few instructions for each processor, run on very many cells of memory by all processors at once, and the outcomes counted. A cell has
 * the locations x and y, and up to four results; all are zero before.
 *
 * <p>The code may use RAX, RBX and RCX, and keeps RDX = 1 and RSI = 2. RDI is the cell.
 */
final class Litmus {
    static final int CELLS = 1024;

    /** How long a processor waits for the others at a cell: an outcome is of interest where they are there together, but need not be. */
    private static final int PATIENCE = 1000;
    private static final int CELL = 1024;
    private static final int RESULTS = 512;
    private static final long CELLS_AT = ParallelGuest.DATA + 0x1000;
    private static final long PROGRESS = ParallelGuest.DATA + 0x100;
    private static final Mem BARRIER = mem(ParallelGuest.DATA);
    private static final long COUNTS = ParallelGuest.DATA + 0x18_0000;

    private final List<Consumer<Assembler>> processors = new ArrayList<>();
    private final List<Mem> outcome = new ArrayList<>();

    /** The location {@code n} of the cell, each in a cache line of its own. */
    static Mem at(int n) {
        return mem(RDI, 64 * n).q();
    }

    static final Mem X = at(0);
    static final Mem Y = at(1);

    /** The result {@code n} of the cell. */
    static Mem result(int n) {
        return mem(RDI, RESULTS + 64 * n).q();
    }

    /** One more processor, with its code. */
    Litmus processor(Consumer<Assembler> code) {
        processors.add(code);
        return this;
    }

    /** One more digit, from 0 to 3, of the outcome: a location or a result. */
    Litmus observe(Mem where) {
        outcome.add(where);
        return this;
    }

    /** How often each outcome came; the digits as they were asked for. */
    Map<String, Long> run(int rounds) {
        Map<String, Long> counts = new TreeMap<>();
        try (ParallelGuest guest = new ParallelGuest(processors.size(), n -> code(n, rounds))) {
            guest.run();
            for (int at = 0; at < 1 << 2 * outcome.size(); at++) {
                long count = guest.memory.readLong(COUNTS + 8L * at);
                if (count != 0) {
                    counts.put(digits(at), count);
                }
            }
        }
        return counts;
    }

    private String digits(int number) {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < outcome.size(); n++) {
            text.append(number >> 2 * (outcome.size() - 1 - n) & 3);
        }
        return text.toString();
    }

    private Assembler code(int n, int rounds) {
        Assembler asm = ParallelGuest.assembler(n);
        Label round = asm.newLabel();
        Label cell = asm.newLabel();
        asm.op(MOV, EDX, 1).op(MOV, ESI, 2).op(XOR, R13D, R13D).op(XOR, R14D, R14D).op(MOV, R15D, rounds).bind(round);
        barrier(asm);
        asm.op(MOV, EDI, CELLS_AT).bind(cell);
        meet(asm, n);
        processors.get(n).accept(asm);
        asm.op(ADD, RDI, CELL).op(CMP, RDI, CELLS_AT + CELLS * CELL).op(JNZ, cell);
        barrier(asm);
        if (n == 0) {
            count(asm);
        }
        return asm.op(DEC, R15D).op(JNZ, round).op(HLT);
    }

    private void meet(Assembler asm, int n) {
        asm.op(INC, R13).op(MOV, mem(PROGRESS + 64 * n), R13);
        for (int other = 0; other < processors.size(); other++) {
            if (other != n) {
                Label wait = asm.newLabel();
                Label go = asm.newLabel();
                asm.op(MOV, ECX, PATIENCE).bind(wait).op(CMP, mem(PROGRESS + 64 * other), R13).op(JGE, go).op(DEC, ECX).op(JNZ, wait)
                        .bind(go);
            }
        }
    }

    private void barrier(Assembler asm) {
        Label wait = asm.newLabel();
        asm.op(ADD, R14D, processors.size()).lock().op(INC, BARRIER.d()).bind(wait).op(PAUSE).op(CMP, BARRIER.d(), R14D).op(JL, wait);
    }

    /** Counts the outcome of each cell and clears it. */
    private void count(Assembler asm) {
        Label cell = asm.newLabel();
        asm.op(MOV, EDI, CELLS_AT).bind(cell).op(XOR, EAX, EAX);
        for (Mem digit : outcome) {
            asm.op(SHL, EAX, 2).op(OR, RAX, digit);
        }
        asm.op(INC, mem(COUNTS).index(RAX, 8).q());
        asm.op(XOR, EAX, EAX);
        for (int line = 0; line < CELL; line += 64) {
            asm.op(MOV, mem(RDI, line).q(), RAX);
        }
        asm.op(ADD, RDI, CELL).op(CMP, RDI, CELLS_AT + CELLS * CELL).op(JNZ, cell);
    }
}
