package org.jvmx.tools.gdb;

import static org.jvmx.isa.FarPointer.far;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.jvmx.isa.Assembler;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.pc.PcSpec;

/** A flat guest that starts in real mode, goes on in 64-bit mode, counts to three, copies, and says 21 to the debug-exit port. */
final class ModeSwitchGuest {
    static final int SAID = 21;
    private static final int ORIGIN = 0x7c00;
    private static final int COPIED = 9000;

    private final Assembler asm = new Assembler(16, ORIGIN);
    private final byte[] image;

    ModeSwitchGuest() {
        real();
        asm.bind("long").bits(64).op(MOV, EAX, 16).op(MOV_SREG, SS, AX).op(MOV_SREG, DS, AX).op(MOV_SREG, ES, AX);
        asm.op(MOV, RAX, 0x1122_3344_5566_7788L).op(MOVQ, XMM1, RAX).op(MOV, ECX, 3);
        asm.bind("loop").op(INC, mem(asm.label("counter")).q()).bind("counted").op(DEC, ECX).op(JNZ, asm.label("loop"));
        asm.bind("read").op(MOV, RBX, mem(asm.label("counter"))).bind("copy").op(MOV, ESI, ORIGIN).op(MOV, EDI, 0x2_0000).op(MOV, ECX,
                COPIED);
        asm.bind("rep").rep().op(MOVSB).bind("copied").op(NOP);
        asm.bind("say").op(MOV, AL, SAID).op(OUT, 0xf4, AL);
        asm.bind("spin").op(JMP, asm.label("spin"));
        asm.align(8).bind("gdt").dq(0, 0x00af_9a00_0000_ffffL, 0x00cf_9200_0000_ffffL);
        asm.bind("gdtr").dw(3 * 8 - 1).address(asm.label("gdt"), 4, 0);
        asm.align(8).bind("counter").dq(0);
        image = asm.assemble();
    }

    private void real() {
        asm.op(MOV, AX, 0x1234).bind("real").op(INC, AX).op(NOP);
        asm.op(MOV, mem(0x1000).d(), 0x2003).op(MOV, mem(0x2000).d(), 0x3003).op(MOV, mem(0x3000).d(), 0x83);
        asm.op(MOV_CR, EAX, CR4).op(OR, EAX, 1 << 5 | 1 << 9).op(MOV_CR, CR4, EAX).op(MOV, EAX, 0x1000).op(MOV_CR, CR3, EAX);
        asm.op(MOV, ECX, 0xc000_0080L).op(RDMSR).op(OR, EAX, 1 << 8).op(WRMSR).op(LGDT, mem(asm.label("gdtr")).width(6));
        asm.op(MOV_CR, EAX, CR0).op(OR, EAX, 0x8000_0001L).op(MOV_CR, CR0, EAX).op(JMP_FAR, far(8, asm.label("long")));
    }

    /** Where a label is. */
    long at(String label) {
        return asm.label(label).address();
    }

    /** The bytes at an address. */
    byte[] bytes(long address, int count) {
        return java.util.Arrays.copyOfRange(image, (int) address - ORIGIN, (int) address - ORIGIN + count);
    }

    PcSpec.Builder pc() {
        return PcSpec.of(GuestImage.detect("switch", image, Format.parse("flat"))).memory(16L << 20);
    }
}
