package org.jvmx.tools.guests;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.function.Consumer;
import org.jvmx.arch.Msr;
import org.jvmx.isa.Label;

/**
 * A guest with one known mix of VM exits: rounds of the same work, then it switches itself off. How many rounds, the command line says:
 * {@code n=1000}. It prints nothing that is not its work. Its local APIC is in x2APIC mode, its timer in TSC-deadline mode at
 * {@link #FIRST_IRQ}; it takes the time-stamp counter to run at 1 GHz, as that of a machine on virtual time does.
 *
 * <p>In a round RBX is the number of rounds left; R8 to R15 and RBP belong to the guest.
 */
abstract class CannedGuest extends LongModeKernel {
    static final int TSC_HZ = 1_000_000_000;
    static final int X2APIC_EOI = 0x80b;
    static final int X2APIC_ICR = 0x830;
    /** The vector after the timer's. */
    static final int IPI_VECTOR = FIRST_IRQ + 1;

    private static final int X2APIC_SPURIOUS = 0x80f;
    private static final int X2APIC_LVT_TIMER = 0x832;
    private static final int X2APIC_ENABLE = 1 << 10;
    private static final int SOFTWARE_ENABLE = 0x1ff;
    private static final int TSC_DEADLINE_MODE = 2 << 17;
    private static final int COMMAND_LINE = 16;
    private static final int COMMAND_LINE_FLAG = 1 << 2;

    private final int rounds;

    /** A guest that does so many rounds unless it is told otherwise. */
    CannedGuest(int rounds) {
        this.rounds = rounds;
    }

    /** One round, again and again. */
    abstract void round();

    /** Once, before the first round. */
    void prepare() {
        // most need nothing
    }

    /** Memory that is zero at first. */
    @Override
    void variables() {
        // most need none
    }

    /** A guest of rounds that need nothing but their own code. */
    static CannedGuest of(int rounds, Consumer<CannedGuest> round) {
        return new CannedGuest(rounds) {
            @Override
            void round() {
                round.accept(this);
            }
        };
    }

    @Override
    final void body() {
        Label again = asm.newLabel();
        Label done = asm.newLabel();
        number("n=", rounds);
        asm.op(MOV, RBX, RAX);
        prepare();
        asm.bind(again).op(TEST, RBX, RBX).op(JZ, done);
        round();
        asm.op(DEC, RBX).op(JMP, again).bind(done);
        switchOff();
        asm.op(CLI).op(HLT);
        parameter();
        sleeping();
    }

    @Override
    void hardware() {
        interruptControllers(0);
        asm.op(MOV, ECX, Msr.APIC_BASE).op(RDMSR).op(OR, EAX, X2APIC_ENABLE).op(WRMSR);
        writeMsr(X2APIC_SPURIOUS, SOFTWARE_ENABLE);
        writeMsr(X2APIC_LVT_TIMER, TSC_DEADLINE_MODE | FIRST_IRQ);
    }

    @Override
    void interrupts() {
        asm.bind("tick").op(INC, value("ticks").q()).bind("irq");
        endOfInterrupt();
    }

    /** Ends the service of an interrupt that came from the local APIC. */
    protected final void endOfInterrupt() {
        asm.op(PUSH, RAX).op(PUSH, RCX).op(PUSH, RDX);
        writeMsr(X2APIC_EOI, 0);
        asm.op(POP, RDX).op(POP, RCX).op(POP, RAX).op(IRETQ);
    }

    /** Writes a number of at most 32 bits to a model-specific register; takes RAX, RCX and RDX. */
    protected final void writeMsr(int msr, long number) {
        asm.op(MOV, ECX, msr).op(MOV, EAX, number).op(XOR, EDX, EDX).op(WRMSR);
    }

    /** The time-stamp counter to RAX; takes RDX. */
    protected final void now() {
        asm.op(RDTSC).op(SHL, RDX, 32).op(OR, RAX, RDX);
    }

    /** A random number of that many bits to RAX. */
    protected final void random(int bits) {
        asm.op(RDRAND, RAX).op(SHR, RAX, 64 - bits);
    }

    /** Runs so many instructions, twice what ECX says. */
    protected final void work() {
        Label again = asm.newLabel();
        asm.bind(again).op(DEC, ECX).op(JNZ, again);
    }

    /** Runs so many instructions; takes RCX. */
    protected final void work(int instructions) {
        asm.op(MOV, ECX, instructions / 2);
        work();
    }

    /** The number behind a name on the command line to RAX, or what it is if the name is not there. */
    protected final void number(String name, long otherwise) {
        asm.op(MOV, RSI, text(name)).op(MOV, EAX, otherwise).op(CALL, at("parameter"));
    }

    private void parameter() {
        Label word = asm.newLabel();
        Label compare = asm.newLabel();
        Label skip = asm.newLabel();
        Label found = asm.newLabel();
        Label digit = asm.newLabel();
        Label done = asm.newLabel();
        Label none = asm.newLabel();
        asm.bind("parameter").op(PUSH, RAX).op(MOV, EDI, value("boot_information"));
        asm.op(TEST, mem(RDI).b(), COMMAND_LINE_FLAG).op(JZ, none).op(MOV, EDI, mem(RDI, COMMAND_LINE));
        asm.bind(word).op(MOV, RDX, RSI);
        asm.bind(compare).op(MOV, AL, mem(RDX)).op(TEST, AL, AL).op(JZ, found).op(CMP, AL, mem(RDI)).op(JNZ, skip);
        asm.op(INC, RDX).op(INC, RDI).op(JMP, compare);
        asm.bind(skip).op(MOV, AL, mem(RDI)).op(TEST, AL, AL).op(JZ, none).op(INC, RDI).op(CMP, AL, ' ').op(JNZ, skip).op(JMP, word);
        asm.bind(found).op(XOR, EAX, EAX);
        asm.bind(digit).op(MOVZX, ECX, mem(RDI).b()).op(SUB, ECX, '0').op(CMP, ECX, 9).op(JA, done);
        asm.op(IMUL, RAX, RAX, 10).op(ADD, RAX, RCX).op(INC, RDI).op(JMP, digit);
        asm.bind(done).op(POP, RCX).op(RET).bind(none).op(POP, RAX).op(RET);
    }

    /** Sets the timer to the time-stamp in RAX, and calls that wait for it. STI takes effect after HLT, so no interrupt is missed. */
    private void sleeping() {
        Label awake = asm.newLabel();
        asm.bind("sleep_until").op(MOV, RSI, value("ticks")).op(CALL, at("arm"));
        asm.bind("sleep").op(CLI).op(CMP, RSI, value("ticks")).op(JNZ, awake).op(STI).op(HLT).op(JMP, at("sleep"));
        asm.bind(awake).op(STI).op(RET);
        asm.bind("arm").op(MOV, RDX, RAX).op(SHR, RDX, 32).op(MOV, ECX, Msr.TSC_DEADLINE).op(WRMSR).op(RET);
    }
}
