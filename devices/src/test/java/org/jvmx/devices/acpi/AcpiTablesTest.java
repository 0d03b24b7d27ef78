package org.jvmx.devices.acpi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class AcpiTablesTest {
    private static final int BASE = 0xe_0000;

    private final byte[] image = new AcpiTables(new AcpiTables.Machine(List.of(0, 1, 300), 4, 0x1000_0000L, true, true)).image(BASE);
    private final ByteBuffer memory = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);

    private String text(int offset, int size) {
        return new String(image, offset, size, StandardCharsets.US_ASCII);
    }

    private void assertSumsToZero(int offset, int size) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += image[offset + i];
        }
        assertEquals(0, sum & 0xff, text(offset, 4));
    }

    /** The offset of a table, found as an operating system does. */
    private int find(String signature) {
        int xsdt = (int) memory.getLong(24) - BASE;
        for (int at = xsdt + 36; at < xsdt + memory.getInt(xsdt + 4); at += 8) {
            int table = (int) memory.getLong(at) - BASE;
            if (text(table, 4).equals(signature)) {
                return table;
            }
        }
        throw new AssertionError(signature + " is not in the XSDT");
    }

    @Test
    void everyTableIsFoundAndHasItsChecksum() {
        assertEquals("RSD PTR ", text(0, 8));
        assertSumsToZero(0, 20);
        assertSumsToZero(0, 36);
        int rsdt = memory.getInt(16) - BASE;
        int xsdt = (int) memory.getLong(24) - BASE;
        int fadt = find("FACP");
        int madt = find("APIC");
        int dsdt = memory.getInt(fadt + 40) - BASE;
        assertEquals(fadt, memory.getInt(rsdt + 36) - BASE);
        assertEquals(madt, memory.getInt(rsdt + 40) - BASE);
        assertEquals("DSDT", text(dsdt, 4));
        for (int table : new int[] {rsdt, xsdt, fadt, madt, dsdt}) {
            assertSumsToZero(table, memory.getInt(table + 4));
        }
        int facs = memory.getInt(fadt + 36) - BASE;
        assertEquals("FACS", text(facs, 4));
        assertEquals(0, facs & 63);
        assertEquals(64, memory.getInt(facs + 4));
    }

    @Test
    void fadtTellsWhereTheFixedHardwareIs() {
        int fadt = find("FACP");
        assertEquals(276, memory.getInt(fadt + 4));
        assertEquals(9, memory.getShort(fadt + 46));
        assertEquals(0, memory.getInt(fadt + 48), "no SMI command port");
        assertEquals(0x600, memory.getInt(fadt + 56));
        assertEquals(0x604, memory.getInt(fadt + 64));
        assertEquals(0x608, memory.getInt(fadt + 76));
        assertEquals(0x620, memory.getInt(fadt + 80));
        assertEquals(4, image[fadt + 88]);
        assertEquals(2, image[fadt + 89]);
        assertEquals(4, image[fadt + 91]);
        assertEquals(4, image[fadt + 92]);
        assertEquals(0x32, image[fadt + 108]);
        assertEquals(3, memory.getShort(fadt + 109));
        assertEquals(0xcf9, memory.getLong(fadt + 120));
        assertEquals(6, image[fadt + 128]);
        assertEquals(memory.getInt(fadt + 40), memory.getLong(fadt + 140));
        assertEquals(0x600, memory.getLong(fadt + 152));
        assertEquals(0x604, memory.getLong(fadt + 176));
        assertEquals(0x608, memory.getLong(fadt + 212));
        assertEquals(0x620, memory.getLong(fadt + 224));
        assertEquals("JVMX", text(fadt + 268, 4));
    }

    @Test
    void madtListsProcessorsAndOverrides() {
        int madt = find("APIC");
        assertEquals(0xfee0_0000, memory.getInt(madt + 36));
        StringBuilder entries = new StringBuilder();
        int end = madt + memory.getInt(madt + 4);
        for (int at = madt + 44; at < end; at += image[at + 1]) {
            entries.append(HexFormat.of().formatHex(image, at, at + image[at + 1])).append('\n');
        }
        assertEquals("""
                0008000001000000
                0008010101000000
                091000002c0100000100000002000000
                010c04000000c0fe00000000
                020a0000020000000000
                020a0009090000000d00
                0406ff000001
                """, entries.toString());
    }

    @Test
    void amlEncodesAsTheSpecificationSays() {
        assertArrayEquals(new byte[] {0x0c, 0x41, (byte) 0xd0, 0x05, 0x01}, Aml.eisaId("PNP0501"));
        assertArrayEquals(new byte[] {0x0b, 0x34, 0x12}, Aml.integer(0x1234));
        assertArrayEquals(new byte[] {0x0a, (byte) 0xff}, Aml.integer(0xff));
        assertEquals("085c5f53355f12080400000a050a05", HexFormat.of().formatHex(
                Aml.name("\\_S5", Aml.packageOf(Aml.integer(0), Aml.integer(0), Aml.integer(5), Aml.integer(5)))));
        byte[] long1 = Aml.scope("\\_SB", new byte[100]);
        assertEquals("104b065c5f53425f", HexFormat.of().formatHex(long1, 0, 8));
        byte[] long2 = Aml.scope("\\_SB", new byte[5000]);
        assertEquals(5009, long2.length);
        assertEquals("108039015c", HexFormat.of().formatHex(long2, 0, 5));
    }

    @Test
    void dsdtNamesTheDevices() {
        int dsdt = memory.getInt(find("FACP") + 40) - BASE;
        String body = text(dsdt, memory.getInt(dsdt + 4));
        for (String name : List.of("_S5_", "_SB_", "PCI0", "COM1", "RTC_", "TMR_", "PIC_", "KBD_", "QEMU0001")) {
            assertTrue(body.contains(name), name);
        }
    }
}
