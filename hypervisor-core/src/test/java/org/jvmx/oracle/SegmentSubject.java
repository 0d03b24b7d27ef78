package org.jvmx.oracle;

import java.util.Arrays;
import org.jvmx.cpu.interp.Interpreter;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.ExitReason;

/** Our processor at privilege level 3 with Linux's global descriptor table, as far as programs can see it, and a given local one. */
final class SegmentSubject implements AutoCloseable {
    /** What Linux has in its table from selector 0 on: nothing, then 32-bit code, 64-bit code and data of its own, and the same for programs. */
    private static final long[] GLOBAL = {
        0, 0x00cf_9b00_0000_ffffL, 0x00af_9b00_0000_ffffL, 0x00cf_9300_0000_ffffL, 0x00cf_fb00_0000_ffffL, 0x00cf_f300_0000_ffffL,
        0x00af_fb00_0000_ffffL, 0};
    private static final long TABLES = 0x10_0000;
    private static final long DATA_FRAME = 0x2_0000;
    private static final long CODE_FRAME = 0x4_0000;
    private static final long DESCRIPTOR_FRAME = 0x6_0000;
    private static final long DESCRIPTORS = 0xffff_8000_0000_0000L;
    private static final long LOCAL = 0x800;
    private static final int LOCAL_ENTRIES = 15;
    private static final long USER = 7;
    private static final long USER_READS = 5;
    private static final long SUPERVISOR = 3;
    private static final long NO_EXECUTE = 1L << 63;
    private static final int NULL_SEGMENT = 1 << 16;
    private static final int GRANULAR = 0x8000;

    private final HostMemory host = new HostMemory(0x20_0000);
    private final Cpu cpu = new Cpu(host, new Subject.Everything());
    private final Interpreter interpreter = new Interpreter(cpu, Meanings.ALL);
    private final byte[] pattern = SegmentCase.pattern();
    private final byte[] data = new byte[SegmentCase.REGION];
    private final byte[] breakpoints = new byte[16];

    SegmentSubject(byte[] local) {
        map();
        for (int n = 0; n < GLOBAL.length; n++) {
            host.writeLong(DESCRIPTOR_FRAME + 8 * n, GLOBAL[n]);
        }
        host.write(DESCRIPTOR_FRAME + LOCAL, local, 0, local.length);
        byte[] code = new byte[SegmentCase.REGION];
        Arrays.fill(code, (byte) 0xcc);
        Arrays.fill(breakpoints, (byte) 0xcc);
        host.write(CODE_FRAME, code, 0, code.length);
        cpu.cr3 = TABLES;
        cpu.cr4 = 1 << 5 | 3 << 9 | 1 << 16;
        cpu.efer = 0xd01;
        cpu.cr0 = 0x8005_0033L;
        cpu.gdtrBase = DESCRIPTORS;
        cpu.gdtrLimit = 0x7f;
        cpu.selector[Cpu.LDTR] = 0x50;
        cpu.base[Cpu.LDTR] = DESCRIPTORS + LOCAL;
        cpu.limit[Cpu.LDTR] = 8 * LOCAL_ENTRIES - 1;
        cpu.access[Cpu.LDTR] = 0x82;
        cpu.cpl = 3;
        cpu.controls.exceptionBitmap = -1;
    }

    private void map() {
        host.writeLong(TABLES, TABLES + 0x1000 | USER);
        host.writeLong(TABLES + 0x1000, TABLES + 0x2000 | USER);
        pages(0x3000, SegmentCase.DATA, DATA_FRAME, SegmentCase.REGION, USER | NO_EXECUTE);
        pages(0x4000, SegmentCase.CODE, CODE_FRAME, SegmentCase.REGION, USER_READS);
        host.writeLong(TABLES + (DESCRIPTORS >>> 39 & 511) * 8, TABLES + 0x6000 | SUPERVISOR);
        host.writeLong(TABLES + 0x6000, TABLES + 0x7000 | SUPERVISOR);
        host.writeLong(TABLES + 0x7000, TABLES + 0x5000 | SUPERVISOR);
        host.writeLong(TABLES + 0x5000, DESCRIPTOR_FRAME | SUPERVISOR);
    }

    private void pages(int table, long linear, long frame, int size, long rights) {
        host.writeLong(TABLES + 0x2000 + (linear >>> 21) * 8, TABLES + table | USER);
        for (int page = 0; page < size; page += 4096) {
            host.writeLong(TABLES + table + (linear + page >>> 12 & 511) * 8, frame + page | rights);
        }
    }

    /** Runs a case; the state after it takes its place. */
    void run(SegmentCase one) {
        load(one);
        long start = cpu.rip;
        long code = CODE_FRAME + (start & 0xffff);
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
        one.set(SegmentCase.VECTOR, fault ? vector : -1);
        one.set(SegmentCase.ERROR, fault && (information & 1 << 11) != 0 ? cpu.exit.interruptionErrorCode() : 0);
        one.set(SegmentCase.ADDRESS, fault && vector == 14 ? cpu.exit.qualification() : 0);
        host.write(code, breakpoints, 0, breakpoints.length);
        store(one);
    }

    private void load(SegmentCase one) {
        for (int n = 0; n < 16; n++) {
            cpu.gpr[n] = one.gpr(n);
        }
        cpu.rip = one.get(SegmentCase.RIP);
        cpu.flags((int) one.get(SegmentCase.FLAGS));
        for (int segment = 0; segment < 6; segment++) {
            segment(segment, one.selector(segment));
        }
        based(Cpu.FS, one.get(SegmentCase.FS));
        based(Cpu.GS, one.get(SegmentCase.GS));
        host.write(DATA_FRAME, pattern, 0, pattern.length);
        for (int n = 0; n < 2; n++) {
            int at = SegmentCase.PATCHES + n * SegmentCase.PATCH_SIZE;
            host.write(DATA_FRAME + one.fields.getInt(at), one.bytes, at + 8, one.fields.getInt(at + 4));
        }
        long code = CODE_FRAME + (cpu.rip & 0xffff);
        host.write(code, one.code(), 0, one.length());
        cpu.modeChanged();
    }

    private void based(int segment, long base) {
        if (base != 0) {
            cpu.base[segment] = base;
        }
    }

    /** As a load of that selector leaves it. */
    private void segment(int segment, int selector) {
        cpu.selector[segment] = selector;
        if ((selector & ~3) == 0) {
            cpu.access[segment] = NULL_SEGMENT;
            cpu.base[segment] = 0;
            cpu.limit[segment] = 0;
            return;
        }
        long descriptor = host.readLong(DESCRIPTOR_FRAME + ((selector & 4) != 0 ? LOCAL : 0) + (selector & ~7));
        int access = (int) (descriptor >>> 40) & 0xf0ff;
        long units = descriptor & 0xffff | descriptor >>> 32 & 0xf_0000;
        cpu.access[segment] = access;
        cpu.base[segment] = descriptor >>> 16 & 0xff_ffff | descriptor >>> 32 & 0xff00_0000L;
        cpu.limit[segment] = (access & GRANULAR) != 0 ? units << 12 | 0xfff : units;
    }

    private void store(SegmentCase one) {
        for (int n = 0; n < 16; n++) {
            one.gpr(n, cpu.gpr[n]);
        }
        one.set(SegmentCase.RIP, cpu.rip);
        one.set(SegmentCase.FLAGS, cpu.flags());
        for (int segment = 0; segment < 6; segment++) {
            one.selector(segment, cpu.selector[segment]);
        }
        one.set(SegmentCase.FS, cpu.base[Cpu.FS]);
        one.set(SegmentCase.GS, cpu.base[Cpu.GS]);
        host.read(DATA_FRAME, data, 0, data.length);
        long digest = 0;
        for (int at = 0; at < data.length; at += 8) {
            long word = 0;
            for (int n = 7; n >= 0; n--) {
                word = word << 8 | data[at + n] & 0xff;
            }
            digest = digest * 31 + word;
            if (Arrays.mismatch(data, at, at + 8, pattern, at, at + 8) >= 0) {
                int which = one.get(SegmentCase.CHANGED) == 0 && one.get(SegmentCase.CHANGED + 8) == 0 ? 0 : 16;
                one.set(SegmentCase.CHANGED + which, at);
                one.set(SegmentCase.CHANGED + which + 8, word);
            }
        }
        one.set(SegmentCase.DIGEST, digest);
    }

    @Override
    public void close() {
        host.close();
    }
}
