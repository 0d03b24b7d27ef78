package org.jvmx.tools.pc;

import java.util.List;
import java.util.stream.IntStream;
import org.jvmx.devices.acpi.AcpiTables;
import org.jvmx.devices.acpi.MpTable;
import org.jvmx.devices.serial.Uart;
import org.jvmx.devices.video.VgaText;
import org.jvmx.memory.GuestMemory;
import org.jvmx.vmx.Access;

/**
 * What a BIOS would have left in memory: ACPI tables, the BIOS data area, an empty screen. There is no firmware code in the machine, and the interrupt
 * vector table stays zero.
 */
final class Firmware {
    private static final long COM1_ADDRESS = 0x400;
    private static final long EXTENDED_DATA_SEGMENT = 0x40e;
    private static final long CONVENTIONAL_KIB = 0x413;
    private static final long VIDEO_MODE = 0x449;
    private static final long VIDEO_COLUMNS = 0x44a;
    private static final long CRTC_PORT = 0x463;
    private static final long VIDEO_LAST_ROW = 0x484;
    private static final int MODE_3 = 3;
    private static final int COLUMNS = 80;
    private static final int BLANK = 0x0720;

    private final RamMap ram;
    private final GuestMemory memory;
    private final List<Integer> apicIds;

    /** For processors with the APIC IDs from 0. */
    Firmware(RamMap ram, GuestMemory memory, int cpus) {
        this.ram = ram;
        this.memory = memory;
        this.apicIds = IntStream.range(0, cpus).boxed().toList();
    }

    /** Writes what a guest finds in memory; returns where the ACPI root pointer is. */
    long prepareMemory() {
        memory.writeShort(COM1_ADDRESS, Uart.COM1_PORT);
        memory.writeShort(CONVENTIONAL_KIB, (int) (ram.e820().getFirst().size() >> 10));
        if (ram.hasExtendedBiosData()) {
            memory.writeShort(EXTENDED_DATA_SEGMENT, RamMap.extendedBiosDataSegment());
            memory.writeByte((long) RamMap.extendedBiosDataSegment() << 4, 1); // its size in KiB
        }
        memory.writeByte(VIDEO_MODE, MODE_3);
        memory.writeShort(VIDEO_COLUMNS, COLUMNS);
        memory.writeShort(CRTC_PORT, 0x3d4);
        memory.writeByte(VIDEO_LAST_ROW, VgaText.ROWS - 1);
        for (int cell = 0; cell < COLUMNS * VgaText.ROWS; cell++) {
            memory.writeShort(VgaText.MEMORY_BASE + 2L * cell, BLANK);
        }
        AcpiTables.Machine machine = new AcpiTables.Machine(apicIds, 0, RamMap.PCI_HOLE, true, true);
        memory.write(AcpiTables.DEFAULT_BASE, new AcpiTables(machine).image(AcpiTables.DEFAULT_BASE));
        return AcpiTables.DEFAULT_BASE;
    }

    /** Tables for guests that look for several processors without ACPI, which have this to say of themselves in CPUID leaf 1. */
    void prepareProcessors(Access identity) {
        if (apicIds.size() > 1) {
            byte[] image = new MpTable(apicIds, 0, identity.eax(), identity.edx()).image(MpTable.DEFAULT_BASE);
            memory.write(MpTable.DEFAULT_BASE, image);
        }
    }
}
