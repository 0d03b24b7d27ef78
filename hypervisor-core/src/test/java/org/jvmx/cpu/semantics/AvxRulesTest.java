package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.jvmx.arch.CpuidAnswer;
import org.jvmx.arch.CpuidBit;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.cpu.interp.Interpreter;
import org.jvmx.isa.Feature;

class AvxRulesTest {
    private static final int NONE = -1;
    private static final int UD = 6;
    private static final int NM = 7;
    private static final int GP = 13;
    private static final int OSXSAVE = 1 << 18;
    private static final byte[] VADDPS = {(byte) 0xc5, (byte) 0xf0, 0x58, (byte) 0xc2};

    /** The vector that VADDPS raises in the interpreter, whose guards it passes. */
    private static int guarded(Rig rig) {
        Cpu cpu = rig.cpu;
        cpu.controls.exceptionBitmap = -1;
        rig.code(VADDPS);
        cpu.rip = Rig.CODE;
        cpu.modeChanged();
        cpu.attention = 0;
        cpu.deadline = cpu.retired + 1;
        cpu.lookToDeadline();
        new Interpreter(cpu, Meanings.ALL).run();
        return cpu.rip == Rig.CODE ? cpu.exit.interruptionInformation() & 0xff : NONE;
    }

    @Test
    void ymmStateHasToBeEnabledInCr4AndXcr0() {
        for (long xcr0 : new long[] {1, 3, 5, 7}) {
            try (Rig rig = Rig.mode64()) {
                rig.cpu.cr4 |= OSXSAVE;
                rig.cpu.xcr0 = xcr0;
                assertEquals(xcr0 == 7 ? NONE : UD, guarded(rig), "XCR0 " + xcr0);
            }
        }
        try (Rig rig = Rig.mode64()) {
            rig.cpu.xcr0 = 7;
            assertEquals(UD, guarded(rig), "without CR4.OSXSAVE");
        }
    }

    @Test
    void taskSwitchedCountsAndEmulationDoesNot() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.cr4 |= OSXSAVE;
            rig.cpu.xcr0 = 7;
            rig.cpu.cr0 |= 4;
            assertEquals(NONE, guarded(rig), "CR0.EM");
            rig.cpu.cr0 |= 8;
            assertEquals(NM, guarded(rig), "CR0.TS");
        }
    }

    @Test
    void realModeHasNoVex() {
        try (Rig rig = Rig.mode16()) {
            rig.cpu.cr4 |= OSXSAVE;
            rig.cpu.xcr0 = 7;
            assertEquals(UD, guarded(rig));
        }
    }

    @Test
    void vex128ZeroesTheUpperHalfAndLegacySseKeepsIt() {
        try (Rig rig = Rig.mode64()) {
            Cpu cpu = rig.cpu;
            cpu.xmm[Cpu.UPPER] = 7;
            rig.run("0f58c2");
            assertEquals(7, cpu.xmm[Cpu.UPPER]);
            rig.run("c5f058c2");
            assertEquals(0, cpu.xmm[Cpu.UPPER]);
        }
    }

    @Test
    void onlyTheMovesThatSaySoAreAligned() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RBX] = 0x2010;
            assertEquals(GP, rig.fault("c5fc2803"), "VMOVAPS of 32 bytes");
            assertEquals(NONE, rig.fault("c5f82803"), "VMOVAPS of 16 bytes");
            assertEquals(GP, rig.fault("c4e27d2a03"), "VMOVNTDQA");
            assertEquals(NONE, rig.fault("c5f45803"), "VADDPS");
            assertEquals(NONE, rig.fault("c5fe6f03"), "VMOVDQU");
        }
    }

    @Test
    void xsaveKeepsTheUpperHalvesBehindTheHeader() {
        try (Rig rig = Rig.mode64()) {
            Cpu cpu = rig.cpu;
            cpu.cr4 |= OSXSAVE;
            cpu.xcr0 = 7;
            cpu.xmm[Cpu.UPPER + 3] = 0x55;
            cpu.gpr[Cpu.RBX] = 0x2000;
            cpu.gpr[Cpu.RAX] = 4;
            rig.run("480fae23");
            assertEquals(4, rig.load(0x2000 + 512, 8));
            assertEquals(0x55, rig.load(0x2000 + 576 + 24, 8));
            cpu.xmm[Cpu.UPPER + 3] = 1;
            rig.run("480fae2b");
            assertEquals(0x55, cpu.xmm[Cpu.UPPER + 3]);
            rig.store(0x2000 + 512, 8, 0);
            rig.run("480fae2b");
            assertEquals(0, cpu.xmm[Cpu.UPPER + 3], "a component that is not in the area takes its initial state");
        }
    }

    @Test
    void withoutAvxThereIsNothingThatNeedsIt() {
        ProcessorModel plain = ProcessorModel.jvmxV1();
        ProcessorModel without = plain.without(CpuidBit.AVX);
        CpuidAnswer answer = new CpuidAnswer();
        plain.cpuid(0xd, 0, answer);
        assertEquals(7, answer.eax);
        assertEquals(832, answer.ecx);
        without.cpuid(0xd, 0, answer);
        assertEquals(3, answer.eax);
        assertEquals(576, answer.ecx);
        without.cpuid(0xd, 2, answer);
        assertEquals(0, answer.eax);
        TableModel model = new TableModel(without, 1);
        for (Feature feature : new Feature[] {Feature.AVX, Feature.AVX2, Feature.FMA, Feature.F16C}) {
            assertEquals(false, model.offers(feature), feature.name());
        }
    }
}
