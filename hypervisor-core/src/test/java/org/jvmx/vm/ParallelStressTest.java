package org.jvmx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvmx.bus.InterruptController;
import org.jvmx.bus.PortDevice;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.memory.GuestMemory;

/** Kicks, stops and wake-ups of processors in several threads, again and again. Whoever hangs is found with the stacks of all threads. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ParallelStressTest {
    private static final int SCALE = Math.max(1, Integer.getInteger("jvmx.litmus.rounds", 10) / 20);
    private static final long TOKEN = ParallelGuest.DATA;
    private static final long GDT = 0xb_2000;
    private static final long IDT = 0xb_0000;
    private static final long GDT_POINTER = 0xb_3000;
    private static final long IDT_POINTER = 0xb_3010;
    private static final long HANDLER = 0xb_4000;
    private static final int IRETQ = 0xcf48;
    private static final int VECTOR = 0x40;
    private static final int DOORBELL = 0x500;
    private static final long PATIENCE_MILLIS = 120_000;

    private Thread watchdog;

    @BeforeEach
    void watch() {
        watchdog = Thread.ofPlatform().daemon().name("watchdog").start(() -> {
            try {
                Thread.sleep(PATIENCE_MILLIS * SCALE);
                Thread.getAllStackTraces().forEach((thread, stack) -> {
                    System.err.println(thread);
                    for (StackTraceElement element : stack) {
                        System.err.println("    " + element);
                    }
                });
            } catch (InterruptedException _) {
                // the test is over
            }
        });
    }

    @AfterEach
    void rest() {
        watchdog.interrupt();
    }

    /** An interrupt line to one processor; what is pending changes under the machine's monitor only. */
    private static final class Bell implements InterruptController {
        private boolean rung;

        @Override
        public boolean pending() {
            return rung;
        }

        @Override
        public int acknowledge() {
            rung = false;
            return VECTOR;
        }

        @Override
        public boolean nmiPending() {
            return false;
        }

        @Override
        public void acknowledgeNmi() {
            throw new IllegalStateException("there are none");
        }

        @Override
        public int tpr() {
            return 0;
        }

        @Override
        public void tpr(int value) {
            // nobody asks
        }
    }

    /** Each processor waits in HLT until the token is its own, passes it on and rings the next one's bell. */
    private static ParallelGuest ring(int cpus, int hops) {
        ParallelGuest guest = new ParallelGuest(cpus, n -> passing(n, cpus, hops));
        GuestMemory memory = guest.memory;
        memory.writeLong(GDT + 0x10, 0x00af_9b00_0000_ffffL);
        memory.writeLong(GDT + 0x18, 0x00cf_9300_0000_ffffL);
        memory.writeShort(GDT_POINTER, 0x1f);
        memory.writeLong(GDT_POINTER + 2, GDT);
        memory.writeShort(IDT_POINTER, 0xfff);
        memory.writeLong(IDT_POINTER + 2, IDT);
        memory.writeLong(IDT + 16 * VECTOR, HANDLER & 0xffff | 0x10 << 16 | 0x8e00L << 32 | HANDLER >> 16 << 48);
        memory.writeShort(HANDLER, IRETQ);
        for (int n = 0; n < cpus; n++) {
            Bell bell = new Bell();
            guest.machine.vcpus().get(n).attach(bell);
            guest.machine.ports().map(DOORBELL + n, 1, new PortDevice() {
                @Override
                public int in(int offset, int size) {
                    return 0;
                }

                @Override
                public void out(int offset, int size, int value) {
                    bell.rung = true;
                }
            });
        }
        return guest;
    }

    private static Assembler passing(int cpu, int cpus, int hops) {
        Assembler asm = ParallelGuest.assembler(cpu);
        Label again = asm.newLabel();
        Label mine = asm.newLabel();
        asm.op(LGDT, mem(GDT_POINTER)).op(LIDT, mem(IDT_POINTER)).op(MOV, R14D, cpu).op(MOV, EDX, DOORBELL + (cpu + 1) % cpus);
        asm.bind(again).op(CLI).op(CMP, mem(TOKEN).d(), R14D).op(JZ, mine).op(STI).op(HLT).op(JMP, again);
        asm.bind(mine).op(LEA, EAX, mem(R14, 1)).op(MOV, mem(TOKEN).d(), EAX).op(OUT, DX, AL);
        return asm.op(ADD, R14D, cpus).op(CMP, R14D, hops).op(JL, again).op(CLI).op(HLT);
    }

    private static void finish(ParallelGuest guest, StopReason reason, int hops) {
        assertEquals(StopReason.Kind.HALTED_FOREVER, reason.kind(), reason.message());
        assertTrue(reason.message().contains("interrupts disabled"), () -> reason.message() + ", token " + guest.memory.readInt(TOKEN));
        assertTrue(guest.memory.readInt(TOKEN) >= hops);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void noWakeUpIsLost(int cpus) {
        int hops = 3000 * SCALE;
        try (ParallelGuest guest = ring(cpus, hops)) {
            finish(guest, guest.machine.run(), hops);
        }
    }

    /** The machine is stopped and runs on all the time, while its processors wake each other. */
    @Test
    void noWakeUpIsLostByStopping() throws InterruptedException {
        int hops = 3000 * SCALE;
        SplittableRandom random = new SplittableRandom(7);
        try (ParallelGuest guest = ring(3, hops)) {
            Thread stopper = Thread.ofPlatform().daemon().start(() -> {
                while (!Thread.interrupted()) {
                    busy(random.nextInt(300_000));
                    guest.machine.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "again"));
                }
            });
            StopReason reason;
            int stops = -1;
            do {
                reason = guest.machine.run();
                stops++;
            } while (reason.kind() == StopReason.Kind.INTERRUPTED);
            stopper.interrupt();
            stopper.join();
            finish(guest, reason, hops);
            assertTrue(stops > 0, "it was never stopped");
        }
    }

    private static void busy(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Processor 0 spins, the next one makes exits, the third halts; stopped at random moments. */
    private static Assembler mixed(int cpu) {
        Assembler asm = ParallelGuest.assembler(cpu);
        Label again = asm.newLabel();
        asm.bind(again);
        switch (cpu & 3) {
            case 0 -> asm.op(INC, RAX);
            case 1 -> asm.op(OUT, 0x80, AL);
            case 2 -> asm.op(HLT);
            default -> asm.lock().op(INC, mem(TOKEN + 62).d());
        }
        return asm.op(JMP, again);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void aMachineStopsWhenItIsTold(int cpus) throws InterruptedException {
        int cycles = 150 * SCALE;
        SplittableRandom random = new SplittableRandom(cpus);
        AtomicInteger posted = new AtomicInteger();
        try (ParallelGuest guest = new ParallelGuest(cpus, ParallelStressTest::mixed)) {
            for (int cycle = 0; cycle < cycles; cycle++) {
                long delay = random.nextInt(200_000);
                Thread stopper = Thread.ofPlatform().start(() -> {
                    busy(delay);
                    guest.machine.post(posted::incrementAndGet);
                    guest.machine.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "enough"));
                });
                assertEquals(StopReason.Kind.INTERRUPTED, guest.machine.run().kind());
                stopper.join();
            }
            guest.machine.post(() -> guest.machine.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "the last")));
            assertEquals("the last", guest.machine.run().message());
            assertEquals(cycles, posted.get());
        }
    }

    @Test
    void machinesComeAndGo() {
        for (int cycle = 0; cycle < 50 * SCALE; cycle++) {
            try (ParallelGuest guest = new ParallelGuest(2 + cycle % 3, ParallelStressTest::mixed)) {
                guest.machine.post(() -> guest.machine.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "at once")));
                assertEquals("at once", guest.machine.run().message());
            }
        }
    }

    @Test
    void aTripleFaultOfOneProcessorStopsAll() {
        try (ParallelGuest guest = new ParallelGuest(3, n -> n < 2 ? mixed(n) : ParallelGuest.assembler(n).op(UD2))) {
            assertEquals(StopReason.Kind.TRIPLE_FAULT, guest.machine.run().kind());
        }
    }

    @Test
    void anErrorOfOursOnOneThreadStopsAll() {
        try (ParallelGuest guest = new ParallelGuest(3, ParallelStressTest::mixed)) {
            guest.machine.ports().map(0x80, 1, new PortDevice() {
                @Override
                public int in(int offset, int size) {
                    return 0;
                }

                @Override
                public void out(int offset, int size, int value) {
                    throw new IllegalStateException("a device broke");
                }
            });
            StopReason reason = guest.machine.run();
            assertEquals(StopReason.Kind.HOST_FAILURE, reason.kind());
            assertTrue(reason.message().contains("a device broke"), reason.message());
        }
    }
}
