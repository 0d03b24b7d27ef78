package org.jvmx.bench;

import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.concurrent.TimeUnit;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long does an OUT of the guest take, with VM exit, device, completion and VM entry? Nothing may be allocated on the way. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ExitRoundTrip {
    private static final int EXITS = 10_000;

    private BenchGuest guest;

    @Setup
    public void assemble() {
        Assembler asm = new Assembler(64, BenchGuest.CODE);
        Label loop = asm.newLabel();
        asm.bind(loop).op(OUT, BenchGuest.PORT, AL).op(INC, RBX).op(JMP, loop);
        guest = new BenchGuest(asm);
    }

    @Benchmark
    @OperationsPerInvocation(EXITS)
    public long run() {
        return guest.run(EXITS);
    }

    @TearDown
    public void close() {
        guest.close();
    }
}
