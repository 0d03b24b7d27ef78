package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import java.util.Map;
import org.jvmx.devices.apic.IoApic;
import org.jvmx.devices.apic.LocalApic;
import org.jvmx.devices.testdev.PcTestdev;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;
import org.jvmx.memory.HostMemory;

/**
 * Any accesses to the devices' registers, at any time and between any events from outside, throw nothing; and a machine that takes over the state of another
 * one goes on as that does.
 */
public final class DevicesTarget implements Target {
    private static final int MOST_STEPS = 400;
    private static final int[] PORTS =
            {0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x41, 0x42, 0x43, 0x61, 0x60, 0x64, 0x70, 0x71, 0x92, 0x3f8, 0x3f9,
                0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe, 0x3ff, 0x600, 0x602, 0x604, 0x608, 0x620, 0x622, 0xcf8, 0xcf9, 0xcfc, 0xcfe, 0x510,
                0x511, 0x514, 0x518,
                0x3c0, 0x3c4, 0x3c8, 0x3d4, 0x3d5, 0x3da, 0xe0, 0xe4, 0x2000, 0x505, 0xf4, 0xe9};

    private final HostMemory host = new HostMemory(2 * DeviceRig.RAM);
    private DeviceRig one;
    private DeviceRig other;
    private Bytes input;

    public DevicesTarget() {
    }

    @Override
    public void run(byte[] bytes) {
        input = new Bytes(bytes);
        host.clear(0, DeviceRig.RAM);
        one = new DeviceRig(host);
        other = null;
        for (int n = 0; n < MOST_STEPS && input.more(); n++) {
            step(input.u8());
        }
        same("the twin has become another");
        require(one.vga.render().size() <= 60, "a screen of many rows");
    }

    private void same(String otherwise) {
        if (other != null) {
            Map<String, String> left = one.state();
            Map<String, String> right = other.state();
            for (Map.Entry<String, String> state : left.entrySet()) {
                String twin = right.get(state.getKey());
                require(twin.equals(state.getValue()), "%s: %s, then %s".formatted(otherwise, state.getValue(), twin));
            }
        }
    }

    private void step(int choice) {
        int size = 1 << (choice >> 4 & 3) % 3;
        switch (choice & 15) {
            case 0, 1, 2, 3 -> out(port(), size, input.u8());
            case 4 -> out(port(), size, (int) input.value());
            case 5, 6 -> in(port(), size);
            case 7, 8 -> write(address(choice >> 6), 1 << (choice >> 4 & 3), input.value());
            case 9 -> read(address(choice >> 6), 1 << (choice >> 4 & 3));
            case 10, 11 -> pass(choice >> 4);
            case 12 -> acknowledge(choice >> 4);
            case 13 -> outside(choice >> 4);
            case 14 -> msr((choice & 16) != 0, input.u8());
            default -> control(choice >> 4);
        }
    }

    private int port() {
        int which = input.u8();
        return which < 4 * PORTS.length ? PORTS[which % PORTS.length] : which < 250 ? PORTS[which % PORTS.length] + 1 : input.u16();
    }

    private void out(int port, int size, int value) {
        one.ports.out(port, size, value);
        if (other != null) {
            other.ports.out(port, size, value);
        }
    }

    private void in(int port, int size) {
        int value = one.ports.in(port, size);
        require(size == 4 || value >>> 8 * size == 0, "port %x reads %x".formatted(port, value));
        require(other == null || other.ports.in(port, size) == value, "the twin's port %x reads otherwise".formatted(port));
    }

    private long address(int which) {
        int offset = input.u16();
        return switch (which) {
            case 0, 1 -> LocalApic.DEFAULT_BASE + ((offset & 0x100f) < 0x1000 ? offset & 0xff0 : offset & 0xfff);
            case 2 -> IoApic.DEFAULT_BASE + (offset & 0x40) / 4 + (offset >>> 12);
            default -> PcTestdev.MEMORY_BASE + offset;
        };
    }

    private void write(long address, int size, long value) {
        one.mmio.write(address, size, value);
        if (other != null) {
            other.mmio.write(address, size, value);
        }
    }

    private void read(long address, int size) {
        long value = one.mmio.read(address, size);
        require(other == null || other.mmio.read(address, size) == value, "the twin's memory at %x reads otherwise".formatted(address));
    }

    private void pass(int choice) {
        long nanos = switch (choice & 3) {
            case 0 -> input.u8();
            case 1 -> input.u16();
            default -> input.u16() * 16L;
        };
        one.clock.advanceTo(one.clock.nanos() + nanos);
        if (other != null) {
            other.clock.advanceTo(one.clock.nanos());
        }
    }

    private void acknowledge(int choice) {
        boolean pending = one.local.pending();
        boolean nmi = one.local.nmiPending();
        require(other == null || other.local.pending() == pending && other.local.nmiPending() == nmi, "the twin's interrupts are others");
        if ((choice & 1) != 0 && nmi) {
            one.local.acknowledgeNmi();
            if (other != null) {
                other.local.acknowledgeNmi();
            }
        }
        if (pending) {
            int vector = one.local.acknowledge();
            require(vector >= 0 && vector <= 255, "vector " + vector);
            require(other == null || other.local.acknowledge() == vector, "the twin's vector is another");
        }
    }

    private void outside(int choice) {
        int value = input.u8();
        outside(one, choice, value);
        if (other != null) {
            outside(other, choice, value);
        }
    }

    private static void outside(DeviceRig rig, int choice, int value) {
        switch (choice & 7) {
            case 0 -> rig.uart.receive(value);
            case 1 -> rig.uart.receiveBreak();
            case 2 -> rig.keyboard.key(value & 0x7f, (value & 0x80) != 0);
            case 3 -> rig.keyboard.type((char) value);
            case 4 -> rig.power.pressPowerButton();
            case 5 -> rig.power.gpe(value & 15).set((value & 16) != 0);
            case 6 -> rig.local.tpr(value);
            default -> rig.local.init();
        }
    }

    private void msr(boolean write, int which) {
        int index = which < 0x80 ? 0x800 + (which & 0x3f) : which < 0xc0 ? 0x1b : 0x6e0;
        require(one.local.owns(index) || index == 0x6e0, "MSR %x is nobody's".formatted(index));
        long value = write ? input.value() : 0;
        boolean done = write ? one.local.write(index, value) : one.local.read(index);
        require(other == null || (write ? other.local.write(index, value) : other.local.read(index)) == done,
                "the twin's MSR faults otherwise");
        require(other == null || write || !done || other.local.value() == one.local.value(), "the twin's MSR reads otherwise");
    }

    private void control(int choice) {
        if (choice < 4 && other == null) {
            other = new DeviceRig(host);
            other.restore(one);
            same("what was restored is something else");
        } else if (choice >= 8) {
            byte[] bytes = input.take(choice);
            host.write(input.u8() * 16, bytes, 0, bytes.length);
        }
    }
}
