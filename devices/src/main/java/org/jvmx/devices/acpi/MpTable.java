package org.jvmx.devices.acpi;

import java.util.List;
import org.jvmx.devices.apic.IoApic;
import org.jvmx.devices.apic.LocalApic;

/**
 * Writes the tables that describe processors and interrupts to an operating system that knows no ACPI ("MP Configuration Table", MultiProcessor
 * Specification): the floating pointer and behind it the configuration table.
 */
public final class MpTable {
    /** Where a guest searches for the floating pointer, and where there is room for both. */
    public static final long DEFAULT_BASE = 0xf_0000L;

    private static final int REVISION = 4;
    private static final int POINTER_SIZE = 16;
    private static final int HEADER_SIZE = 44;
    private static final int APIC_VERSION = 0x14;
    private static final int ENABLED = 1;
    private static final int BOOTSTRAP = 2;
    private static final int INTERRUPT = 3;
    private static final int LOCAL_INTERRUPT = 4;
    private static final int VECTORED = 0;
    private static final int NMI = 1;
    private static final int EXT_INT = 3;
    private static final int ALL = 0xff;
    /** Active high, level. */
    private static final int SCI_LINE = 0x0d;
    private static final int TIMER_PIN = 2;
    private static final int ISA_LINES = 16;

    private final List<Integer> apicIds;
    private final int ioApicId;
    private final int signature;
    private final int features;

    /**
     * Tables of a machine.
     *
     * @param apicIds the local APIC ID of each processor, the bootstrap processor's first
     * @param signature EAX of CPUID leaf 1
     * @param features EDX of CPUID leaf 1
     */
    public MpTable(List<Integer> apicIds, int ioApicId, int signature, int features) {
        this.apicIds = List.copyOf(apicIds);
        this.ioApicId = ioApicId;
        this.signature = signature;
        this.features = features;
    }

    /** The image for guest-physical address {@code base}, a multiple of 16. The floating pointer is its beginning. */
    public byte[] image(long base) {
        byte[] pointer = new ByteWriter().text("_MP_", 4, ' ').u32(base + POINTER_SIZE).u8(1, REVISION, 0, 0, 0, 0, 0, 0).toBytes();
        pointer[10] = AcpiTables.checksum(pointer, pointer.length);
        return new ByteWriter().raw(pointer).raw(configuration()).toBytes();
    }

    private byte[] configuration() {
        ByteWriter entries = new ByteWriter();
        int count = 0;
        for (int id : apicIds) {
            int flags = ENABLED | (count == 0 ? BOOTSTRAP : 0);
            entries.u8(0, id, APIC_VERSION, flags).u32(signature).u32(features).zeros(8);
            count++;
        }
        entries.u8(1, 0).text("ISA", 6, ' ');
        entries.u8(2, ioApicId, 0x20, ENABLED).u32(IoApic.DEFAULT_BASE);
        count += 2;
        for (int line = 0; line < ISA_LINES; line++) {
            if (line != TIMER_PIN) {
                int flags = line == PowerManagement.SCI_IRQ ? SCI_LINE : 0;
                entries.u8(INTERRUPT, VECTORED, flags, 0, 0, line, ioApicId, line == 0 ? TIMER_PIN : line);
                count++;
            }
        }
        entries.u8(LOCAL_INTERRUPT, EXT_INT, 0, 0, 0, 0, ALL, 0);
        entries.u8(LOCAL_INTERRUPT, NMI, 0, 0, 0, 0, ALL, 1);
        count += 2;
        byte[] body = entries.toBytes();
        byte[] table = new ByteWriter().text("PCMP", 4, ' ').u16(HEADER_SIZE + body.length).u8(REVISION, 0).text("JVMX", 8, ' ')
                .text("JVMXPC", 12, ' ').u32(0).u16(0).u16(count).u32(LocalApic.DEFAULT_BASE).u32(0).raw(body).toBytes();
        table[7] = AcpiTables.checksum(table, table.length);
        return table;
    }
}
