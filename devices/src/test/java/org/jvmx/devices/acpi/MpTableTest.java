package org.jvmx.devices.acpi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MpTableTest {
    private static final int POINTER = 16;
    private static final int HEADER = 44;

    private final byte[] image = new MpTable(List.of(0, 1, 2), 0, 0x806f8, 0x1234).image(MpTable.DEFAULT_BASE);
    private final ByteBuffer memory = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);

    private int sum(int from, int size) {
        int sum = 0;
        for (int n = from; n < from + size; n++) {
            sum += image[n];
        }
        return sum & 0xff;
    }

    @Test
    void pointerAndTableAreFoundAndHaveTheirChecksums() {
        assertEquals("_MP_", new String(image, 0, 4, StandardCharsets.US_ASCII));
        assertEquals(MpTable.DEFAULT_BASE + POINTER, memory.getInt(4));
        assertEquals(0, sum(0, POINTER));
        assertEquals("PCMP", new String(image, POINTER, 4, StandardCharsets.US_ASCII));
        assertEquals(image.length - POINTER, memory.getShort(POINTER + 4));
        assertEquals(0, sum(POINTER, image.length - POINTER));
    }

    @Test
    void entriesAreAsManyAsTheHeaderSays() {
        int at = POINTER + HEADER;
        int processors = 0;
        int entries = 0;
        int bootstrap = -1;
        while (at < image.length) {
            if (image[at] == 0) {
                bootstrap = (image[at + 3] & 2) != 0 ? image[at + 1] : bootstrap;
                processors++;
            }
            at += image[at] == 0 ? 20 : 8;
            entries++;
        }
        assertEquals(image.length, at);
        assertEquals(memory.getShort(POINTER + 34), entries);
        assertEquals(3, processors);
        assertEquals(0, bootstrap);
    }
}
