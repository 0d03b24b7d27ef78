package org.jvmx.tools.pc;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.GuestImage;

/** Guests of a few instructions in real mode, as flat images at 7C00H. */
public final class SmallGuest {
    private static final int COM1 = 0x3f8;

    private final Assembler code = new Assembler(16, Format.DEFAULT_FLAT_ADDRESS);

    public SmallGuest() {
    }

    /** Writes a byte to a port. */
    public SmallGuest out(int port, int value) {
        code.op(MOV, DX, port).op(MOV, AL, value).op(OUT, DX, AL);
        return this;
    }

    /** Writes a word to a port. */
    public SmallGuest outWord(int port, int value) {
        code.op(MOV, DX, port).op(MOV, AX, value).op(OUT, DX, AX);
        return this;
    }

    /** Writes a text to the first serial port. */
    public SmallGuest print(String text) {
        text.chars().forEach(c -> out(COM1, c));
        return this;
    }

    /** Waits for a byte from the serial port, without interrupts, and writes it to a port. */
    public SmallGuest echoTo(int port) {
        Label poll = code.newLabel();
        code.op(MOV, DX, COM1 + 5).bind(poll).op(IN, AL, DX).op(TEST, AL, 1).op(JE, poll);
        code.op(MOV, DX, COM1).op(IN, AL, DX).op(MOV, DX, port).op(OUT, DX, AL);
        return this;
    }

    /** Waits for a byte from the keyboard, without interrupts, and writes it to a port. */
    public SmallGuest scancodeTo(int port) {
        Label poll = code.newLabel();
        code.bind(poll).op(IN, AL, 0x64).op(TEST, AL, 1).op(JE, poll).op(IN, AL, 0x60).op(MOV, DX, port).op(OUT, DX, AL);
        return this;
    }

    /** Writes the value v to the debug-exit port. */
    public SmallGuest debugExit(int value) {
        return out(0xf4, value).forever();
    }

    public SmallGuest powerOff() {
        return outWord(0x604, 0x3400).haltForever();
    }

    public SmallGuest reset() {
        return out(0x64, 0xfe).forever();
    }

    public SmallGuest haltForever() {
        code.op(CLI).op(HLT);
        return forever();
    }

    public SmallGuest forever() {
        Label here = code.newLabel();
        code.bind(here).op(JMP, here);
        return this;
    }

    /** An exception without an interrupt vector table. */
    public SmallGuest tripleFault() {
        code.op(LIDT, mem(0x500)).op(INT3);
        return this;
    }

    /** Writes a character in white on black to the top left of the text screen. */
    public SmallGuest show(char c) {
        code.op(MOV, AX, 0xb800).op(MOV, ES, AX).op(MOV, BX, 0).op(MOV, AX, 0x700 | c).segment(ES).op(MOV, mem(BX), AX);
        return this;
    }

    public byte[] bytes() {
        return code.assemble();
    }

    public GuestImage image() {
        return GuestImage.detect("small", bytes(), Format.of(Format.Kind.FLAT));
    }
}
