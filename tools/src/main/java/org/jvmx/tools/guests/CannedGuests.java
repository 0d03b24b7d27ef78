package org.jvmx.tools.guests;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.List;
import java.util.function.Supplier;
import org.jvmx.arch.Msr;
import org.jvmx.isa.Label;
import org.jvmx.loader.Format;

/** The guests with one known mix of VM exits. */
final class CannedGuests {
    private static final int DIAGNOSTIC_PORT = 0x80;
    private static final int BATCH = 8;
    private static final int LINE = 64;
    private static final int SWEEP_START = 16 << 20;
    private static final int SMALL_PAGE = 1 << 12;
    private static final int LARGE_PAGE = 1 << 21;
    private static final int SELF = 1 << 18;

    private CannedGuests() {
    }

    /** All of them. */
    static List<BundledGuest> all() {
        return List.of(
                guest("idle-100hz", "idle, a timer tick 100 times a second; n=100 ticks", () -> new Ticking(100)),
                guest("idle-250hz", "idle, a timer tick 250 times a second; n=250 ticks", () -> new Ticking(250)),
                guest("idle-1000hz", "idle, a timer tick 1,000 times a second; n=1000 ticks", () -> new Ticking(1000)),
                new BundledGuest("echo", "answers each byte from the serial port with a byte, halts between them; n=1000 requests",
                        Format.of(Format.Kind.MULTIBOOT), () -> new Echo().image(), 1, true),
                guest("serial-flood", "writes to the serial port as early consoles do, polling for room; n=2000 bytes", SerialFlood::new),
                guest("msr-storm", "reads and writes IA32_MISC_ENABLE; n=1000 pairs", () -> CannedGuest.of(1000, CannedGuests::msrPair)),
                guest("cpuid-loop", "CPUID twice in a row, then a little work; n=1000 pairs",
                        () -> CannedGuest.of(1000, CannedGuests::cpuidPair)),
                guest("ept-sweep-4k", "touches each 4-KiB page from 16 MiB on; n=8192 pages", () -> new Sweep(8192, SMALL_PAGE)),
                guest("ept-sweep-2m", "touches memory every 2 MiB from 16 MiB on; n=100 pages", () -> new Sweep(100, LARGE_PAGE)),
                new BundledGuest("spinlock", "two processors and a lock whose holder is often not running; n=200 times each",
                        Format.of(Format.Kind.MULTIBOOT), () -> new SpinLock().image(), 2, false),
                guest("timer-rearm", "moves its timer's deadline seven times, then lets it come; n=500 rounds", () -> new TimerRearm()),
                guest("self-ipi", "sends itself interrupts, one at a time; n=1000", () -> new SelfIpi()),
                guest("pio-batch", "eight writes to a port in a row, then a little work; n=500 batches",
                        () -> CannedGuest.of(500, CannedGuests::portBatch)),
                guest("web-day", "a web server's day, random by --seed: sleeps, serves, logs; n=100 requests an hour at noon",
                        WebDay::new));
    }

    private static BundledGuest guest(String name, String description, Supplier<CannedGuest> kernel) {
        return new BundledGuest(name, description, Format.of(Format.Kind.MULTIBOOT), () -> kernel.get().image(), 1, false);
    }

    private static void cpuidPair(CannedGuest guest) {
        guest.asm.op(MOV, R12, RBX);
        for (int n = 0; n < 2; n++) {
            guest.asm.op(XOR, EAX, EAX).op(CPUID);
        }
        guest.asm.op(MOV, RBX, R12);
        guest.work(200);
    }

    private static void msrPair(CannedGuest guest) {
        guest.asm.op(MOV, ECX, Msr.MISC_ENABLE).op(RDMSR).op(WRMSR);
        guest.work(200);
    }

    private static void portBatch(CannedGuest guest) {
        guest.asm.op(MOV, EAX, EBX);
        for (int n = 0; n < BATCH; n++) {
            guest.asm.op(OUT, DIAGNOSTIC_PORT, AL);
        }
        guest.work(400);
    }

    /** HLT, the timer's interrupt, some bookkeeping, the next deadline: a tick of an idle kernel. */
    private static final class Ticking extends CannedGuest {
        private static final int BOOKKEEPING = 2000;
        private final int period;

        Ticking(int hz) {
            super(hz);
            period = TSC_HZ / hz;
        }

        @Override
        void prepare() {
            now();
            asm.op(MOV, R12, RAX);
        }

        @Override
        void round() {
            asm.op(ADD, R12, period).op(MOV, RAX, R12).op(CALL, at("sleep_until"));
            work(BOOKKEEPING);
        }
    }

    /** Waits for a byte, thinks, answers. The serial port's interrupt comes through the 8259A. */
    private static final class Echo extends CannedGuest {
        private static final int SERVICE = 3000;

        Echo() {
            super(1000);
        }

        @Override
        void hardware() {
            interruptControllers(1 << 4);
            serialPort();
        }

        @Override
        void interrupts() {
            asm.bind("tick");
            endOfLegacyInterrupt();
        }

        @Override
        void round() {
            asm.op(CALL, at("get")).op(MOV, R12, RAX);
            work(SERVICE);
            asm.op(MOV, RAX, R12).op(MOV, EDX, COM1).op(OUT, DX, AL);
        }
    }

    /** Lines of points. */
    private static final class SerialFlood extends CannedGuest {
        SerialFlood() {
            super(2000);
        }

        @Override
        void round() {
            Label point = asm.newLabel();
            asm.op(MOV, AL, '\n').op(TEST, EBX, LINE - 1).op(JZ, point).op(MOV, AL, '.').bind(point).op(CALL, at("put"));
        }
    }

    /** One write a page, never the same page twice. */
    private static final class Sweep extends CannedGuest {
        private final int stride;

        Sweep(int pages, int stride) {
            super(pages);
            this.stride = stride;
        }

        @Override
        void prepare() {
            asm.op(MOV, R12D, SWEEP_START);
        }

        @Override
        void round() {
            asm.op(MOV, mem(R12), R12).op(ADD, R12, stride);
        }
    }

    /** As a network stack does with its time-outs: most are moved before they come. */
    private static final class TimerRearm extends CannedGuest {
        private static final int MOVES = 7;
        private static final int FAR = 1_000_000;
        private static final int NEAR = 5_000;
        private static final int BETWEEN = 1000;

        TimerRearm() {
            super(500);
        }

        @Override
        void round() {
            Label waiting = asm.newLabel();
            for (int n = 0; n < MOVES; n++) {
                arm(FAR);
                work(BETWEEN);
            }
            asm.op(MOV, RSI, value("ticks"));
            arm(NEAR);
            asm.bind(waiting).op(CMP, RSI, value("ticks")).op(JZ, waiting);
        }

        private void arm(int ahead) {
            now();
            asm.op(ADD, RAX, ahead).op(CALL, at("arm"));
        }
    }

    /** A fixed interrupt to itself by the interrupt command register; the next goes out when it was taken. */
    private static final class SelfIpi extends CannedGuest {
        SelfIpi() {
            super(1000);
        }

        @Override
        void interrupts() {
            asm.bind("irq").op(INC, value("ipis").q()).bind("tick");
            endOfInterrupt();
        }

        @Override
        void variables() {
            reserve("ipis", 8);
        }

        @Override
        void round() {
            Label waiting = asm.newLabel();
            asm.op(MOV, RSI, value("ipis"));
            writeMsr(X2APIC_ICR, SELF | IPI_VECTOR);
            asm.bind(waiting).op(CMP, RSI, value("ipis")).op(JZ, waiting);
        }
    }
}
