package org.jvmx.tools.guests;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.jvmx.arch.Msr;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;

/**
 * The guest {@code spinlock}: two processors take turns with one lock, which they hold for so long that the one with the lock is often not the one
 * that runs; the other spins with PAUSE meanwhile. The second processor is started by INIT and start-up IPI and goes from real mode straight to
 * 64-bit mode.
 */
final class SpinLock extends CannedGuest {
    /** What the second processor finds where it starts: the page tables' address, the GDTR, a far pointer to its code. */
    private static final int MAILBOX = 0x7000;
    private static final int GDTR = MAILBOX + 8;
    private static final int TARGET = MAILBOX + 16;
    private static final int TRAMPOLINE = 0x8000;
    private static final int START_UP = 0x4600 | TRAMPOLINE >> 12;
    private static final int INIT = 0x4500;
    private static final int SECOND = 1;
    private static final int CODE = 0x08;
    private static final int DATA = 0x10;
    private static final int HELD = 3000;
    private static final int APART = 700;

    SpinLock() {
        super(200);
    }

    @Override
    void variables() {
        reserve("lock", 64);
        reserve("rounds", 8);
        reserve("guarded", 8);
        reserve("arrived", 8);
        reserve("finished", 8);
        reserve("second_stack_low", 4096);
        asm.bind("second_stack");
    }

    @Override
    void prepare() {
        Label code = asm.newLabel();
        Label over = asm.newLabel();
        byte[] trampoline = trampoline();
        asm.op(JMP, over).bind(code).db(trampoline).bind(over);
        asm.op(MOV, ESI, code).op(MOV, EDI, TRAMPOLINE).op(MOV, ECX, trampoline.length).rep().op(MOVSB);
        asm.op(MOV, value("rounds"), RBX).op(MOV, EDI, MAILBOX);
        asm.op(MOV, EAX, at("pml4")).op(MOV, mem(RDI), RAX);
        asm.op(MOV, RAX, value("gdtr")).op(MOV, mem(RDI, GDTR - MAILBOX), RAX);
        asm.op(MOV, EAX, at("second")).op(MOV, mem(RDI, TARGET - MAILBOX), EAX);
        asm.op(MOV, mem(RDI, TARGET - MAILBOX + 4).w(), CODE);
        start(INIT);
        start(START_UP);
        await("arrived");
        second();
    }

    /** Sends the second processor an interrupt of its start. */
    private void start(int command) {
        asm.op(MOV, ECX, X2APIC_ICR).op(MOV, EAX, command).op(MOV, EDX, SECOND).op(WRMSR);
        work(20_000);
    }

    private void await(String variable) {
        Label waiting = asm.newLabel();
        asm.bind(waiting).op(PAUSE).op(CMP, value(variable).q(), 0).op(JZ, waiting);
    }

    /** From real mode to 64-bit mode: paging and protection are switched on at once. */
    private static byte[] trampoline() {
        Assembler code = new Assembler(16, TRAMPOLINE);
        code.op(CLI).op(XOR, AX, AX).op(MOV_SREG, DS, AX).operandSize(4).op(LGDT, mem(GDTR).width(6));
        code.op(MOV_CR, EAX, CR4).op(OR, EAX, 1 << 5).op(MOV_CR, CR4, EAX);
        code.op(MOV, EAX, mem(MAILBOX)).op(MOV_CR, CR3, EAX);
        code.op(MOV, ECX, Msr.EFER).op(RDMSR).op(OR, EAX, 1 << 8).op(WRMSR);
        code.op(MOV, EAX, 0x8000_0011L).op(MOV_CR, CR0, EAX);
        return code.op(JMP_FAR, mem(TARGET).width(6)).assemble();
    }

    private void second() {
        Label over = asm.newLabel();
        Label again = asm.newLabel();
        Label done = asm.newLabel();
        Label halted = asm.newLabel();
        asm.op(JMP, over).bind("second").op(MOV, EAX, DATA);
        asm.op(MOV_SREG, SS, AX).op(MOV_SREG, DS, AX).op(MOV_SREG, ES, AX).op(MOV, ESP, at("second_stack"));
        asm.op(MOV, RBX, value("rounds")).op(INC, value("arrived").q());
        asm.bind(again).op(TEST, RBX, RBX).op(JZ, done);
        critical();
        asm.op(DEC, RBX).op(JMP, again);
        asm.bind(done).op(INC, value("finished").q()).bind(halted).op(CLI).op(HLT).op(JMP, halted).bind(over);
    }

    @Override
    void round() {
        Label more = asm.newLabel();
        critical();
        asm.op(CMP, RBX, 1).op(JNZ, more);
        await("finished");
        asm.bind(more);
    }

    /** Takes the lock, works with what it guards, gives it back, does something else. */
    private void critical() {
        Label take = asm.newLabel();
        Label spin = asm.newLabel();
        Label taken = asm.newLabel();
        asm.bind(take).op(MOV, EAX, 1).op(XCHG, value("lock").d(), EAX).op(TEST, EAX, EAX).op(JZ, taken);
        asm.bind(spin).op(PAUSE).op(CMP, value("lock").d(), 0).op(JNZ, spin).op(JMP, take);
        asm.bind(taken);
        work(HELD);
        asm.op(INC, value("guarded").q()).op(MOV, value("lock").d(), 0);
        work(APART);
    }
}
