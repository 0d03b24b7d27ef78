package org.jvmx.cpu;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Assembler;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Control;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;

/**
 * A guest with a GDT, an IDT and a TSS in flat memory. HLT leaves it; the handler of each vector is one, so that the RIP of the exit
 * tells which event was delivered.
 */
final class TestGuest implements AutoCloseable {
    static final long GDT = 0x1000;
    static final long IDT = 0x2000;
    static final long TSS = 0x3000;
    static final long OTHER_TSS = 0x3800;
    static final long CODE = 0x4000;
    static final long STACK = 0x6000;
    static final long INNER_STACK = 0x7000;
    static final long TABLES = 0x8000;
    static final long HANDLERS = 0x1_0000;

    static final int CODE64 = 0x08;
    static final int DATA = 0x10;
    static final int USER_CODE32 = 0x18;
    static final int USER_DATA = 0x20;
    static final int USER_CODE64 = 0x28;
    static final int TASK = 0x30;
    static final int CODE32 = 0x40;
    static final int OTHER_TASK = 0x48;
    static final int GATE = 0x50;
    static final int ABSENT = 0x60;

    final HostMemory host = new HostMemory(0x20_0000);
    final SoftwareProcessor processor = new SoftwareProcessor(host, ProcessorModel.jvmxV1(), 1);
    final Cpu cpu = processor.cpu();
    final ExecutionControls controls = new ExecutionControls();
    final Exit exit = new Exit();

    private TestGuest() {
        set(PrimaryControl.HLT_EXITING);
        host.writeLong(GDT + CODE64, 0x00af_9b00_0000_ffffL);
        host.writeLong(GDT + DATA, 0x00cf_9300_0000_ffffL);
        host.writeLong(GDT + USER_CODE32, 0x00cf_fb00_0000_ffffL);
        host.writeLong(GDT + USER_DATA, 0x00cf_f300_0000_ffffL);
        host.writeLong(GDT + USER_CODE64, 0x00af_fb00_0000_ffffL);
        host.writeLong(GDT + TASK, system(0x8b, TSS, 0x7ff));
        host.writeLong(GDT + CODE32, 0x00cf_9b00_0000_ffffL);
        host.writeLong(GDT + OTHER_TASK, system(0x89, OTHER_TSS, 0x67));
        host.writeLong(GDT + ABSENT, 0x00cf_1300_0000_ffffL);
        for (int vector = 0; vector < 256; vector++) {
            host.writeByte(handler(vector), 0xf4);
        }
        cpu.gdtrBase = GDT;
        cpu.gdtrLimit = 0x7f;
        cpu.idtrBase = IDT;
        cpu.idtrLimit = 0xfff;
        cpu.gpr[Cpu.RSP] = STACK;
        cpu.rip = CODE;
        cpu.access[Cpu.LDTR] = 1 << 16;
        segment(Cpu.TR, TASK, 0x8b, TSS, 0x7ff);
    }

    static long handler(int vector) {
        return HANDLERS + vector * 16L;
    }

    static long system(int rights, long base, long limit) {
        return limit & 0xffff | (base & 0xff_ffff) << 16 | (long) rights << 40 | (base >>> 24 & 0xff) << 56;
    }

    // --- modes

    static TestGuest mode64() {
        TestGuest guest = new TestGuest();
        guest.host.writeLong(TABLES, TABLES + 0x1000 | 7);
        guest.host.writeLong(TABLES + 0x1000, TABLES + 0x2000 | 7);
        guest.host.writeLong(TABLES + 0x2000, 0x87);
        guest.cpu.cr3 = TABLES;
        guest.cpu.cr4 = 0x20 | 1 << 13;
        guest.cpu.efer = 0xd01;
        guest.cpu.cr0 = 0x8000_0031L;
        guest.flat(CODE64, 0xa09b, DATA, 0xc093, 0);
        for (int vector = 0; vector < 256; vector++) {
            guest.gate64(vector, CODE64, 0x8e, 0);
        }
        guest.host.writeLong(TSS + 4, INNER_STACK);
        return guest;
    }

    static TestGuest mode32() {
        TestGuest guest = new TestGuest();
        guest.cpu.cr0 = 0x31;
        guest.cpu.cr4 = 1 << 13;
        guest.flat(CODE32, 0xc09b, DATA, 0xc093, 0);
        for (int vector = 0; vector < 256; vector++) {
            guest.gate32(vector, CODE32, 0x8e, handler(vector));
        }
        guest.host.writeInt(TSS + 4, (int) INNER_STACK);
        guest.host.writeInt(TSS + 8, DATA);
        return guest;
    }

    static TestGuest mode16() {
        TestGuest guest = new TestGuest();
        guest.cpu.cr0 = 0x30;
        guest.cpu.idtrBase = 0;
        guest.cpu.idtrLimit = 0x3ff;
        for (int segment = 0; segment < 6; segment++) {
            guest.segment(segment, 0, 0x93, 0, 0xffff);
        }
        guest.cpu.modeChanged();
        return guest;
    }

    /** Goes on at privilege level 3. */
    TestGuest user() {
        boolean wide = cpu.longMode();
        flat(wide ? USER_CODE64 | 3 : USER_CODE32 | 3, wide ? 0xa0fb : 0xc0fb, USER_DATA | 3, 0xc0f3, 3);
        return this;
    }

    private void flat(int code, int codeRights, int data, int dataRights, int level) {
        for (int segment = 0; segment < 6; segment++) {
            boolean isCode = segment == Cpu.CS;
            segment(segment, isCode ? code : data, isCode ? codeRights : dataRights, 0, 0xffff_ffffL);
        }
        cpu.cpl = level;
        cpu.modeChanged();
    }

    void segment(int number, int selector, int rights, long base, long limit) {
        cpu.selector[number] = selector;
        cpu.access[number] = rights;
        cpu.base[number] = base;
        cpu.limit[number] = limit;
    }

    void gate64(int vector, int selector, int rights, int stack) {
        long offset = handler(vector);
        long low = offset & 0xffff | (long) selector << 16 | (long) stack << 32 | (long) rights << 40 | (offset >>> 16 & 0xffff) << 48;
        host.writeLong(IDT + 16L * vector, low);
        host.writeLong(IDT + 16L * vector + 8, offset >>> 32);
    }

    void gate32(int vector, int selector, int rights, long offset) {
        host.writeLong(IDT + 8L * vector, offset & 0xffff | (long) selector << 16 | (long) rights << 40 | (offset >>> 16 & 0xffff) << 48);
    }

    // --- controls

    void set(Control control) {
        switch (control) {
            case PinBasedControl pin -> controls.pinBased |= (int) pin.mask();
            case PrimaryControl primary -> controls.primary |= (int) primary.mask();
            case SecondaryControl secondary -> controls.secondary |= (int) secondary.mask();
            default -> throw new IllegalArgumentException(control.toString());
        }
    }

    void clear(PrimaryControl control) {
        controls.primary &= (int) ~control.mask();
    }

    /** Maps the first 2 MiB of guest-physical memory to themselves, but for one page. */
    void extendedPaging(long absent) {
        long root = 0x10_0000;
        for (int level = 0; level < 3; level++) {
            host.writeLong(root + 0x1000 * level, root + 0x1000 * (level + 1) | 7);
        }
        for (int page = 0; page < 512; page++) {
            host.writeLong(root + 0x3000 + 8L * page, page == absent >> 12 ? 0 : page * 0x1000L | 0x37);
        }
        set(SecondaryControl.ENABLE_EPT);
        controls.eptPointer = root | 0x1e;
    }

    // --- code

    /** Puts code at {@link #CODE}. */
    TestGuest code(int bits, Consumer<Assembler> program) {
        Assembler assembler = new Assembler(bits, CODE);
        program.accept(assembler);
        byte[] bytes = assembler.assemble();
        host.write(CODE, bytes, 0, bytes.length);
        return this;
    }

    /** Runs to the next exit. */
    Exit run() {
        processor.controls(controls);
        processor.run(exit);
        return exit;
    }

    /** The vector whose handler the guest halted in, or -1. */
    int vector() {
        long from = cpu.rip - HANDLERS;
        return from >= 0 && from % 16 == 0 && from < 0x1000 ? (int) (from / 16) : -1;
    }

    long word(long address) {
        return host.readLong(address);
    }

    /** Eight-byte values from the top of the stack. */
    long[] stack(int count) {
        long[] values = new long[count];
        Arrays.setAll(values, n -> host.readLong(cpu.gpr[Cpu.RSP] + 8L * n));
        return values;
    }

    int dword(long address) {
        return host.readInt(address);
    }

    @Override
    public void close() {
        host.close();
    }
}
