package org.jvmx.conformance;

import org.jvmx.vm.VcpuState;
import org.jvmx.vm.VcpuState.Table;

/** In which mode a tiny guest runs. */
enum Mode {
    REAL(16), PROTECTED(32), LONG(64);

    private final int bits;

    Mode(int bits) {
        this.bits = bits;
    }

    int bits() {
        return bits;
    }

    /** Bytes of a word that the stack takes. */
    int word() {
        return bits / 8;
    }

    /** The processor before the first instruction. */
    VcpuState entry() {
        VcpuState flat = switch (this) {
            case REAL -> VcpuState.real16(0, TinyGuest.CODE);
            case PROTECTED -> VcpuState.prot32(TinyGuest.CODE);
            case LONG -> VcpuState.long64(TinyGuest.CODE, TinyGuest.PML4);
        };
        Table gdt = this == REAL ? flat.gdtr() : new Table(TinyGuest.GDT, 0x1f);
        Table idt = this == REAL ? flat.idtr() : new Table(TinyGuest.IDT, 0xfff);
        return new VcpuState(flat.rip(), flat.rflags(), flat.with(4, TinyGuest.STACK).registers(), flat.segments(), gdt, idt,
                flat.cr0(), flat.cr3(), flat.cr4(), flat.efer());
    }
}
