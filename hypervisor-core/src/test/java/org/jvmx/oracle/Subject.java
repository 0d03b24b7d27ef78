package org.jvmx.oracle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.cpu.interp.Interpreter;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.cpu.semantics.Model;
import org.jvmx.isa.Feature;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.ExitReason;

/**
 * Our processor, set up as Linux sets up a process: 64-bit mode, privilege level 3, the data and code pages at the same linear addresses as in the helper
 * process, every exception a VM exit.
 */
final class Subject implements AutoCloseable {
    private static final long TABLES = 0x10_0000;
    private static final long DATA_FRAME = 0x1000;
    private static final long CODE_FRAME = 0x1_0000;
    private static final long USER = 7;
    private static final long USER_READS = 5;
    private static final long NO_EXECUTE = 1L << 63;
    private static final int USER_CODE = 0x33;
    private static final int USER_CODE32 = 0x23;
    private static final int USER_DATA = 0x2b;
    private static final int NULL_SEGMENT = 1 << 16;
    private static final int SUMMARY = 0x8080;

    private final HostMemory host = new HostMemory(0x20_0000);
    private final Cpu cpu = new Cpu(host, new Everything());
    private final Interpreter interpreter = new Interpreter(cpu, Meanings.ALL);
    private final byte[] slot = new byte[Case.SLOT];
    private final byte[] bytes = new byte[16];
    private final MemorySegment data;

    static final class Everything implements Model {
        @Override
        public boolean offers(Feature feature) {
            return true;
        }

        @Override
        public long cr4Bits() {
            return table().cr4Bits();
        }

        @Override
        public ProcessorModel table() {
            return ProcessorModel.jvmxV1();
        }

        @Override
        public long random() {
            return 0;
        }
    }

    @SuppressWarnings("restricted")
    Subject() {
        data = MemorySegment.ofAddress(host.address(DATA_FRAME)).reinterpret(Case.DATA_SIZE);
        pageTables();
        cpu.cr3 = TABLES;
        cpu.cr4 = 1 << 5 | 3 << 9 | 1 << 16 | 1 << 18;
        cpu.efer = 0xd01;
        cpu.cr0 = 0x8005_0033L;
        cpu.xcr0 = 7;
        for (int segment = 0; segment < 6; segment++) {
            boolean absent = segment >= Cpu.FS;
            cpu.selector[segment] = absent ? 0 : USER_DATA;
            cpu.access[segment] = absent ? NULL_SEGMENT : 0xc0f3;
            cpu.limit[segment] = absent ? 0 : 0xffff_ffffL;
        }
        cpu.cpl = 3;
        cpu.controls.exceptionBitmap = -1;
        Arrays.fill(slot, (byte) 0xcc);
        for (int at = 0; at < Case.CODE_SIZE; at += Case.SLOT) {
            host.write(CODE_FRAME + at, slot, 0, Case.SLOT);
        }
    }

    private void pageTables() {
        host.writeLong(TABLES, TABLES + 0x1000 | USER);
        host.writeLong(TABLES + 0x1000, TABLES + 0x2000 | USER);
        host.writeLong(TABLES + 0x2000 + (Case.DATA >>> 21) * 8, TABLES + 0x3000 | USER);
        host.writeLong(TABLES + 0x2000 + (Case.CODE >>> 21) * 8, TABLES + 0x4000 | USER);
        for (int page = 0; page < Case.DATA_SIZE; page += 4096) {
            host.writeLong(TABLES + 0x3000 + (Case.DATA + page >>> 12 & 511) * 8, DATA_FRAME + page | USER | NO_EXECUTE);
        }
        for (int page = 0; page < Case.CODE_SIZE; page += 4096) {
            host.writeLong(TABLES + 0x4000 + (Case.CODE + page >>> 12 & 511) * 8, CODE_FRAME + page | USER_READS);
        }
    }

    /** Runs a case and puts the state after it in its place. */
    void run(MemorySegment cases, int index) {
        load(cases, index);
        long start = cpu.rip;
        boolean compatibility = Case.intAt(cases, index, Case.COMPATIBILITY) != 0;
        cpu.selector[Cpu.CS] = compatibility ? USER_CODE32 : USER_CODE;
        cpu.access[Cpu.CS] = compatibility ? 0xc0fb : 0xa0fb;
        cpu.modeChanged();
        cpu.attention = 0;
        ExitReason reason;
        do {
            cpu.deadline = cpu.retired + 1;
            cpu.lookToDeadline();
            interpreter.run();
            reason = cpu.exit.reason();
        } while (reason == ExitReason.PREEMPTION_TIMER && cpu.rip == start);
        boolean fault = reason == ExitReason.EXCEPTION_NMI;
        if (!fault && reason != ExitReason.PREEMPTION_TIMER) {
            throw new IllegalStateException("VM exit " + reason);
        }
        int information = cpu.exit.interruptionInformation();
        int vector = information & 0xff;
        Case.at(cases, index, Case.VECTOR, fault ? vector : -1);
        Case.at(cases, index, Case.ERROR, fault && (information & 1 << 11) != 0 ? cpu.exit.interruptionErrorCode() : 0);
        Case.at(cases, index, Case.ADDRESS, fault && vector == 14 ? cpu.exit.qualification() : 0);
        store(cases, index);
    }

    private void load(MemorySegment cases, int index) {
        for (int n = 0; n < 16; n++) {
            cpu.gpr[n] = Case.at(cases, index, Case.GPR + 8 * n);
        }
        cpu.rip = Case.at(cases, index, Case.RIP);
        cpu.flags((int) Case.at(cases, index, Case.FLAGS));
        cpu.base[Cpu.FS] = Case.at(cases, index, Case.FS);
        cpu.base[Cpu.GS] = Case.at(cases, index, Case.GS);
        code(cases, index);
        loadFloats(cases, index);
        long from = (long) index * Case.SIZE + Case.MEMORY;
        MemorySegment.copy(cases, from, data, Case.intAt(cases, index, Case.WINDOW), Case.WINDOW_SIZE);
    }

    /** Writes the instruction to its place, unless it is there already. */
    private void code(MemorySegment cases, int index) {
        int length = Case.intAt(cases, index, Case.LENGTH);
        long hpa = CODE_FRAME + cpu.rip - Case.CODE;
        host.read(hpa, bytes, 0, 16);
        for (int n = 0; n < 16; n++) {
            byte wanted = n < length ? cases.get(ValueLayout.JAVA_BYTE, (long) index * Case.SIZE + Case.BYTES + n) : (byte) 0xcc;
            if (bytes[n] != wanted) {
                MemorySegment.copy(cases, ValueLayout.JAVA_BYTE, (long) index * Case.SIZE + Case.BYTES, slot, 0, length);
                Arrays.fill(slot, length, 16, (byte) 0xcc);
                host.write(hpa, slot, 0, 16);
                return;
            }
        }
    }

    private void loadFloats(MemorySegment cases, int index) {
        int status = Case.shortAt(cases, index, Case.FSW);
        cpu.fpControl = Case.shortAt(cases, index, Case.FCW);
        cpu.fpTop = status >> 11 & 7;
        cpu.fpStatus = status & ~0x3800;
        cpu.fpNotEmpty = Case.shortAt(cases, index, Case.FTW) & 0xff;
        cpu.fpOpcode = Case.shortAt(cases, index, Case.FOP) & 0x7ff;
        cpu.fpInstruction = Case.at(cases, index, Case.FIP);
        cpu.fpData = Case.at(cases, index, Case.FDP);
        cpu.fpInstructionSelector = 0;
        cpu.fpDataSelector = 0;
        cpu.mxcsr = Case.intAt(cases, index, Case.MXCSR);
        for (int n = 0; n < 8; n++) {
            int register = cpu.fpTop + n & 7;
            cpu.fpSignificand[register] = Case.at(cases, index, Case.ST + 16 * n);
            cpu.fpSignExponent[register] = Case.shortAt(cases, index, Case.ST + 16 * n + 8);
        }
        for (int n = 0; n < 32; n++) {
            cpu.xmm[n] = Case.at(cases, index, Case.XMM + 8 * n);
            cpu.xmm[Cpu.UPPER + n] = Case.at(cases, index, Case.YMM + 8 * n);
        }
    }

    private void store(MemorySegment cases, int index) {
        for (int n = 0; n < 16; n++) {
            Case.at(cases, index, Case.GPR + 8 * n, cpu.gpr[n]);
        }
        Case.at(cases, index, Case.RIP, cpu.rip);
        Case.at(cases, index, Case.FLAGS, cpu.flags());
        Case.at(cases, index, Case.FS, cpu.base[Cpu.FS]);
        Case.at(cases, index, Case.GS, cpu.base[Cpu.GS]);
        Case.shortAt(cases, index, Case.FCW, cpu.fpControl);
        Case.shortAt(cases, index, Case.FSW, cpu.fpStatus | cpu.fpTop << 11);
        Case.shortAt(cases, index, Case.FTW, cpu.fpNotEmpty);
        Case.shortAt(cases, index, Case.FOP, cpu.fpOpcode);
        Case.at(cases, index, Case.FIP, cpu.fpInstruction);
        Case.at(cases, index, Case.FDP, cpu.fpData);
        Case.intAt(cases, index, Case.MXCSR, cpu.mxcsr);
        for (int n = 0; n < 8; n++) {
            int register = cpu.fpTop + n & 7;
            Case.at(cases, index, Case.ST + 16 * n, cpu.fpSignificand[register]);
            Case.shortAt(cases, index, Case.ST + 16 * n + 8, cpu.fpSignExponent[register]);
        }
        for (int n = 0; n < 32; n++) {
            Case.at(cases, index, Case.XMM + 8 * n, cpu.xmm[n]);
            Case.at(cases, index, Case.YMM + 8 * n, cpu.xmm[Cpu.UPPER + n]);
        }
        int window = Case.intAt(cases, index, Case.WINDOW);
        long to = (long) index * Case.SIZE + Case.MEMORY;
        MemorySegment.copy(data, window, cases, to, Case.WINDOW_SIZE);
        data.asSlice(window, Case.WINDOW_SIZE).fill((byte) 0);
        Case.at(cases, index, Case.OUTSIDE, outside());
    }

    /** Digests and clears what is outside the window, where all should be zero. */
    private long outside() {
        long any = 0;
        for (int at = 0; at < Case.DATA_SIZE; at += 8) {
            any |= data.get(ValueLayout.JAVA_LONG, at);
        }
        if (any == 0) {
            return 0;
        }
        long digest = 0;
        for (int at = 0; at < Case.DATA_SIZE; at += 8) {
            digest = digest * 31 + data.get(ValueLayout.JAVA_LONG, at);
        }
        data.fill((byte) 0);
        return digest;
    }

    /** How the x87 status word's summary bits follow from the rest. */
    static int summarized(int status, int control) {
        int plain = status & ~SUMMARY;
        return (plain & ~control & 0x3f) != 0 ? plain | SUMMARY : plain;
    }

    @Override
    public void close() {
        host.close();
    }
}
