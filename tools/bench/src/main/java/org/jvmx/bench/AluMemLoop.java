package org.jvmx.bench;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.concurrent.TimeUnit;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How fast is a loop of ALU, load and store instructions? {@code instructions} is millions of guest instructions a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AluMemLoop {
    private static final int ROUNDS = 200;

    private BenchGuest guest;

    /** Guest instructions, counted where the guest counts them. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counters {
        public long instructions;
    }

    @Setup
    public void assemble() {
        Assembler asm = new Assembler(64, BenchGuest.CODE);
        Label start = asm.newLabel();
        Label round = asm.newLabel();
        Label loop = asm.newLabel();
        asm.bind(start).op(MOV, R8D, ROUNDS).bind(round).op(XOR, ECX, ECX);
        asm.bind(loop).op(MOV, RAX, mem(RSI).index(RCX, 8)).op(ADD, RAX, RDX).op(XOR, RAX, RBX).op(MOV, mem(RDI).index(RCX, 8), RAX);
        asm.op(ADD, RDX, mem(RSI).disp(8)).op(LEA, RBX, mem(RBX).index(RAX, 2)).op(SHR, RDX, 3).op(ADD, mem(RDI).disp(16), RDX);
        asm.op(INC, ECX).op(CMP, ECX, 512).op(JNZ, loop).op(DEC, R8D).op(JNZ, round).op(OUT, BenchGuest.PORT, AL).op(JMP, start);
        guest = new BenchGuest(asm);
    }

    @Benchmark
    public void run(Counters counters) {
        counters.instructions += guest.run(1);
    }

    @TearDown
    public void close() {
        guest.close();
    }
}
