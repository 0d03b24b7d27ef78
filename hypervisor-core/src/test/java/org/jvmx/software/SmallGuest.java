package org.jvmx.software;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.bus.InterruptController;
import org.jvmx.bus.PortDevice;
import org.jvmx.isa.Assembler;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;
import org.jvmx.vm.VcpuState.Table;

/** A machine on the software backend with a guest in 64-bit mode: flat, identity-mapped, with a GDT and an IDT. */
public final class SmallGuest implements AutoCloseable, InterruptController {
    public static final long CODE = 0x1_0000;
    public static final long STACK = 0x2_0000;
    public static final int SINK = 0x10;
    public static final int SOURCE = 0x11;
    public static final int POWER = 0x12;

    private static final long PML4 = 0x1000;
    private static final long PDPT = 0x2000;
    private static final long GDT = 0x3000;
    private static final long IDT = 0x4000;
    private static final int CODE_SELECTOR = 0x10;

    public final Machine machine;
    public final List<Integer> written = new ArrayList<>();
    public int nextRead = 0x30;
    public int vector = -1;
    public int priority;

    public SmallGuest() {
        this(MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, 0xa_0000), new MemoryRange(0x10_0000, 0x70_0000)))
                .withMaxExits(10_000));
    }

    public SmallGuest(MachineSpec spec) {
        machine = new Machine(spec);
        machine.attach(this);
        machine.ports().map(SINK, 3, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return nextRead++;
            }

            @Override
            public void out(int offset, int size, int value) {
                if (offset == POWER - SINK) {
                    machine.stop(StopReason.powerOff());
                } else {
                    written.add(value & 0xff);
                }
            }
        });
        machine.memory().writeLong(PML4, PDPT | 3);
        machine.memory().writeLong(PDPT, 0x83);
        machine.memory().writeLong(PDPT + 24, 0xc000_0000L | 0x83);
        machine.memory().writeLong(GDT + CODE_SELECTOR, 0x00af_9b00_0000_ffffL);
        machine.memory().writeLong(GDT + CODE_SELECTOR + 8, 0x00cf_9300_0000_ffffL);
    }

    /** Loads 64-bit code at {@link #CODE}; the IDT has the entries that were made with {@link #handler}. */
    public SmallGuest load(Assembler code) {
        machine.memory().write(CODE, code.assemble());
        VcpuState flat = VcpuState.long64(CODE, PML4);
        machine.load(new VcpuState(flat.rip(), flat.rflags(), flat.with(4, STACK).registers(), flat.segments(),
                new Table(GDT, 0x1f), new Table(IDT, 0xfff), flat.cr0(), flat.cr3(), flat.cr4(), flat.efer()));
        return this;
    }

    /** Makes an interrupt gate. */
    public SmallGuest handler(int number, long address) {
        long low = address & 0xffff | (long) CODE_SELECTOR << 16 | 0x8e00L << 32 | (address >>> 16 & 0xffff) << 48;
        machine.memory().writeLong(IDT + 16L * number, low);
        machine.memory().writeLong(IDT + 16L * number + 8, address >>> 32);
        return this;
    }

    public StopReason run() {
        return machine.run();
    }

    @Override
    public boolean pending() {
        return vector >= 0 && vector >> 4 > priority >> 4;
    }

    @Override
    public int acknowledge() {
        int taken = vector;
        vector = -1;
        return taken;
    }

    @Override
    public boolean nmiPending() {
        return false;
    }

    @Override
    public void acknowledgeNmi() {
        // never pending
    }

    @Override
    public int tpr() {
        return priority;
    }

    @Override
    public void tpr(int value) {
        priority = value;
    }

    @Override
    public void close() {
        machine.close();
    }
}
