package org.jvmx.tools.guests;

import static org.jvmx.isa.FarPointer.far;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.isa.Mem;

/**
 * The frame of a small 64-bit kernel: a Multiboot header, the way from 32-bit protected mode to 64-bit mode with the first 4 GiB mapped one
 * to one, descriptor tables, a timer interrupt of 100 Hz, a serial port that interrupts, exceptions that can be caught, and printing. A
 * kernel fills in {@link #body}, which runs with interrupts enabled.
 *
 * <p>Its subroutines take a number in RAX or a zero-terminated text at RSI, and keep RBX, RBP and R8 to R15.
 */
abstract class LongModeKernel {
    /** How often the timer interrupts, a second. */
    static final int TICKS_PER_SECOND = 100;

    private static final long BASE = 0x10_0000;
    private static final long MULTIBOOT_MAGIC = 0x1bad_b002L;
    private static final long MULTIBOOT_FLAGS = 1 << 16 | 1 << 1;
    private static final int GIB_MAPPED = 4;
    private static final int CODE = 0x08;
    private static final int DATA = 0x10;
    private static final int EXCEPTIONS = 32;
    /** The vector of the first interrupt line; the others follow. */
    static final int FIRST_IRQ = 32;
    private static final int VECTORS = 40;
    private static final long WITH_ERROR_CODE = 1 << 8 | 0x1f << 10 & ~(1 << 15) | 1 << 17 | 1 << 21 | 1 << 29 | 1 << 30;
    private static final int STUB = 16;
    private static final int PAGE = 4096;
    private static final int PIT_DIVISOR = 1_193_182 / TICKS_PER_SECOND;
    static final int COM1 = 0x3f8;
    static final int LINE_STATUS = COM1 + 5;

    /** Where the code goes. */
    protected final Assembler asm = new Assembler(32, BASE);
    private final Map<String, Label> texts = new LinkedHashMap<>();

    /** The kernel's own code, entered by a jump. */
    abstract void body();

    /** The kernel's own variables, each with {@link #reserve}. */
    abstract void variables();

    /** The kernel as a file. */
    final byte[] image() {
        header();
        enterLongMode();
        interruptTable();
        hardware();
        asm.op(STI).op(JMP, at("body"));
        stubs();
        trap();
        printing();
        numbers();
        input();
        asm.bind("body");
        body();
        texts.forEach((text, label) -> asm.bind(label).ascii(text).db(0));
        tables();
        return Arrays.copyOf(asm.assemble(), (int) (at("file_end").address() - BASE));
    }

    /** The label of that name. */
    protected final Label at(String name) {
        return asm.label(name);
    }

    /** The variable of that name. */
    protected final Mem value(String name) {
        return mem(asm.label(name));
    }

    /** The label of a constant text. */
    protected final Label text(String text) {
        return texts.computeIfAbsent(text, _ -> asm.newLabel());
    }

    /** Prints a constant text. */
    protected final void print(String text) {
        asm.op(MOV, ESI, text(text)).op(CALL, at("print"));
    }

    /** Writes a byte to a port. */
    protected final void out(int port, int value) {
        if (port > 0xff) {
            asm.op(MOV, EDX, port).op(MOV, AL, value).op(OUT, DX, AL);
        } else {
            asm.op(MOV, AL, value).op(OUT, port, AL);
        }
    }

    /** What follows goes on at {@code resume} if it raises an exception, which is then found in {@code trap_vector} and its neighbours. */
    protected final void attempt(Label resume) {
        asm.op(MOV, EAX, resume).op(MOV, value("resume"), RAX);
    }

    private void header() {
        asm.bind("header").dd(MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS));
        asm.address(at("header"), 4, 0).dd(BASE).address(at("file_end"), 4, 0).address(at("end"), 4, 0).address(at("start"), 4, 0);
    }

    private void enterLongMode() {
        Label fill = asm.newLabel();
        asm.bind("start").op(CLI).op(MOV, ESP, at("stack")).op(MOV, value("boot_information"), EBX);
        for (int gib = 0; gib < GIB_MAPPED; gib++) {
            asm.op(MOV, EAX, at("page_directories")).op(ADD, EAX, gib << 12 | 3).op(MOV, value("pdpt").disp(8 * gib), EAX);
        }
        asm.op(MOV, EAX, at("pdpt")).op(OR, EAX, 3).op(MOV, value("pml4"), EAX);
        asm.op(MOV, EDI, at("page_directories")).op(MOV, EAX, 0x83).op(MOV, ECX, GIB_MAPPED * 512);
        asm.bind(fill).op(MOV, mem(EDI), EAX).op(ADD, EDI, 8).op(ADD, EAX, 1 << 21).op(DEC, ECX).op(JNZ, fill);
        asm.op(MOV_CR, EAX, CR4).op(OR, EAX, 1 << 5).op(MOV_CR, CR4, EAX);
        asm.op(MOV, EAX, at("pml4")).op(MOV_CR, CR3, EAX);
        asm.op(MOV, ECX, 0xc000_0080L).op(RDMSR).op(OR, EAX, 1 << 8).op(WRMSR);
        asm.op(MOV_CR, EAX, CR0).op(OR, EAX, 1L << 31).op(MOV_CR, CR0, EAX);
        asm.op(LGDT, value("gdtr").width(6)).op(JMP_FAR, far(CODE, at("long_mode"))).bits(64);
        asm.bind("long_mode").op(MOV, EAX, DATA);
        asm.op(MOV_SREG, SS, AX).op(MOV_SREG, DS, AX).op(MOV_SREG, ES, AX);
    }

    private void interruptTable() {
        Label gate = asm.newLabel();
        asm.op(MOV, EAX, at("stubs")).op(MOV, EDI, at("idt")).op(MOV, ECX, VECTORS);
        asm.bind(gate).op(MOV, EDX, EAX).op(MOV, mem(RDI), DX).op(MOV, mem(RDI, 2).d(), 0x8e00_0000L | CODE);
        asm.op(SHR, EDX, 16).op(MOV, mem(RDI, 6), DX).op(ADD, EAX, STUB).op(ADD, EDI, 16).op(DEC, ECX).op(JNZ, gate);
        asm.op(LIDT, value("idtr").width(10));
    }

    /**
     * Both interrupt controllers (IRQ 0 and 4 enabled), the timer as a rate generator, the serial port with its receive interrupt. The
     * port's FIFO stays off, because switching it on would lose what was typed already.
     */
    void hardware() {
        interruptControllers(1 << 0 | 1 << 4);
        out(0x43, 0x34);
        out(0x40, PIT_DIVISOR & 0xff);
        out(0x40, PIT_DIVISOR >> 8);
        serialPort();
    }

    /** Both 8259As, with these of the first eight lines enabled. */
    protected final void interruptControllers(int lines) {
        out(0x20, 0x11);
        out(0x21, FIRST_IRQ);
        out(0x21, 1 << 2);
        out(0x21, 1);
        out(0xa0, 0x11);
        out(0xa1, FIRST_IRQ + 8);
        out(0xa1, 2);
        out(0xa1, 1);
        out(0x21, ~lines & 0xff);
        out(0xa1, 0xff);
    }

    /** 8 bits a character, and an interrupt for each that is received. */
    protected final void serialPort() {
        out(COM1 + 3, 0x80);
        out(COM1, 1);
        out(COM1 + 1, 0);
        out(COM1 + 3, 3);
        out(COM1 + 4, 0x0b);
        out(COM1 + 1, 1);
    }

    private void stubs() {
        asm.align(STUB).bind("stubs");
        for (int vector = 0; vector < VECTORS; vector++) {
            asm.align(STUB);
            if (vector < EXCEPTIONS) {
                if ((WITH_ERROR_CODE >> vector & 1) == 0) {
                    asm.op(PUSH, 0);
                }
                asm.op(PUSH, vector).op(JMP, at("trap"));
            } else {
                asm.op(JMP, at(vector == FIRST_IRQ ? "tick" : "irq"));
            }
        }
        asm.align(STUB);
        interrupts();
    }

    /** What interrupts do: {@code tick} is the one at the first vector, {@code irq} are all others. */
    void interrupts() {
        asm.bind("tick").op(INC, value("ticks").q());
        endOfLegacyInterrupt();
    }

    /** Ends the service of an interrupt that came through the 8259A. */
    protected final void endOfLegacyInterrupt() {
        asm.bind("irq").op(PUSH, RAX);
        out(0x20, 0x20);
        asm.op(POP, RAX).op(IRETQ);
    }

    /** Sleeping state S5 by the ACPI control register; the first value is for machines that number S5 with 0. */
    protected final void switchOff() {
        asm.op(MOV, EDX, 0x604).op(MOV, EAX, 1 << 13).op(OUT, DX, AX).op(MOV, EAX, 1 << 13 | 5 << 10).op(OUT, DX, AX);
    }

    /** Notes the exception; goes on where {@link #attempt} said, or says good-bye. */
    private void trap() {
        Label fatal = asm.newLabel();
        asm.bind("trap").op(PUSH, RAX);
        String[] notes = {"trap_vector", "trap_error", "trap_rip"};
        for (int n = 0; n < notes.length; n++) {
            asm.op(MOV, RAX, mem(RSP, 8 * n + 8)).op(MOV, value(notes[n]), RAX);
        }
        asm.op(MOV_CR, RAX, CR2).op(MOV, value("trap_address"), RAX);
        asm.op(XOR, EAX, EAX).op(XCHG, value("resume"), RAX).op(TEST, RAX, RAX).op(JZ, fatal);
        asm.op(MOV, mem(RSP, 24), RAX).op(POP, RAX).op(ADD, RSP, 16).op(IRETQ);
        asm.bind(fatal);
        print("\nunexpected ");
        asm.op(CALL, at("print_trap")).op(CLI).op(HLT);
        asm.bind("print_trap");
        printNumber("exception ", "trap_vector", "print_decimal");
        printNumber(", error code ", "trap_error", "print_decimal");
        printNumber(", RIP ", "trap_rip", "print_hex");
        printNumber(", CR2 ", "trap_address", "print_hex");
        print("\n");
        asm.op(RET);
    }

    /** Prints a text and behind it a variable. */
    protected final void printNumber(String text, String variable, String routine) {
        print(text);
        asm.op(MOV, RAX, value(variable)).op(CALL, at(routine));
    }

    private void printing() {
        Label next = asm.newLabel();
        Label plain = asm.newLabel();
        Label done = asm.newLabel();
        asm.bind("print").op(MOV, AL, mem(RSI)).op(INC, RSI).op(TEST, AL, AL).op(JZ, done);
        asm.op(CMP, AL, '\n').op(JNZ, plain).op(MOV, AL, '\r').op(CALL, at("put")).op(MOV, AL, '\n');
        asm.bind(plain).op(CALL, at("put")).op(JMP, at("print")).bind(done).op(RET);

        asm.bind("put").op(PUSH, RDX).op(PUSH, RAX).op(MOV, EDX, LINE_STATUS);
        asm.bind(next).op(IN, AL, DX).op(TEST, AL, 0x20).op(JZ, next);
        asm.op(POP, RAX).op(MOV, EDX, COM1).op(OUT, DX, AL).op(POP, RDX).op(RET);
    }

    private void numbers() {
        Label last = asm.newLabel();
        Label digit = asm.newLabel();
        Label decimal = asm.newLabel();
        asm.bind("print_decimal").op(XOR, EDX, EDX).op(MOV, ECX, 10).op(DIV, RCX).op(PUSH, RDX);
        asm.op(TEST, RAX, RAX).op(JZ, last).op(CALL, at("print_decimal"));
        asm.bind(last).op(POP, RAX).op(ADD, AL, '0').op(JMP, at("put"));

        asm.bind("print_hex").op(MOV, ECX, 16);
        asm.bind(digit).op(ROL, RAX, 4).op(PUSH, RAX).op(AND, EAX, 15).op(ADD, EAX, '0').op(CMP, AL, '9').op(JBE, decimal);
        asm.op(ADD, EAX, 'a' - '9' - 1).bind(decimal).op(CALL, at("put"));
        asm.op(POP, RAX).op(DEC, ECX).op(JNZ, digit).op(RET);
    }

    /** The next byte from the serial port to AL, halting until there is one. STI takes effect after HLT, so no interrupt is missed. */
    private void input() {
        Label there = asm.newLabel();
        asm.bind("get").op(CLI).op(MOV, EDX, LINE_STATUS).op(IN, AL, DX).op(TEST, AL, 1).op(JNZ, there);
        asm.op(STI).op(HLT).op(JMP, at("get"));
        asm.bind(there).op(MOV, EDX, COM1).op(IN, AL, DX).op(STI).op(RET);
    }

    /** Constant tables, and behind the file's end the memory that the boot loader clears. */
    private void tables() {
        asm.align(8).bind("gdt").dq(0, 0x00af_9a00_0000_ffffL, 0x00cf_9200_0000_ffffL);
        asm.bind("gdtr").dw(3 * 8 - 1).address(at("gdt"), 8, 0);
        asm.bind("idtr").dw(VECTORS * 16 - 1).address(at("idt"), 8, 0);
        asm.bind("file_end").align(PAGE);
        reserve("pml4", PAGE);
        reserve("pdpt", PAGE);
        reserve("page_directories", GIB_MAPPED * PAGE);
        reserve("idt", VECTORS * 16);
        reserve("stack_low", PAGE);
        asm.bind("stack");
        for (String name : new String[] {"boot_information", "ticks", "resume", "trap_vector", "trap_error", "trap_rip", "trap_address"}) {
            reserve(name, 8);
        }
        variables();
        asm.bind("end");
    }

    /** Memory for a variable, zero at first. */
    protected final void reserve(String name, int bytes) {
        asm.bind(name).space(bytes);
    }
}
