package org.jvmx.software;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.GuestMapping;

class EptMappingTest {
    private static final long PAGE = 4096;
    private static final long PAGE_2M = 2 << 20;
    private static final long PAGE_1G = 1 << 30;

    private final HostMemory host = new HostMemory(16 << 20);
    private final EptMapping mapping = new EptMapping(host);

    @AfterEach
    void close() {
        host.close();
    }

    /** Walks the paging structures as a processor does: frame, rights and the level of the leaf. */
    private long[] walk(long gpa) {
        long table = mapping.pointer() & -PAGE;
        int rights = 7;
        for (int level = 4;; level--) {
            long entry = host.readLong(table + (gpa >>> 12 + 9 * (level - 1) & 511) * 8);
            rights &= (int) entry;
            if ((entry & 7) == 0) {
                return new long[] {-1, 0, level};
            }
            if (level == 1 || (entry & 1 << 7) != 0) {
                long offset = (1L << 12 + 9 * (level - 1)) - 1;
                assertEquals(6, entry >> 3 & 7, "memory type");
                assertEquals(0, entry & 0x000f_ffff_ffff_f000L & offset, "reserved bits");
                return new long[] {entry & 0x000f_ffff_ffff_f000L | gpa & offset, rights, level};
            }
            assertEquals(0, entry & 0xf8, "reserved bits of a table");
            table = entry & 0x000f_ffff_ffff_f000L;
        }
    }

    private void expect(long gpa, long hpa, int rights, int level) {
        assertEquals(Arrays.toString(new long[] {hpa, rights, level}), Arrays.toString(walk(gpa)));
        assertEquals(rights, mapping.rights(gpa));
    }

    @Test
    void thePointerSaysFourLevelsAndWriteBack() {
        assertEquals(3 << 3 | 6, mapping.pointer() & 0xfff);
    }

    @Test
    void aRangeIsMappedWithTheLargestPagesThatFit() {
        mapping.map(PAGE_1G - PAGE_2M - PAGE, PAGE_1G + PAGE_2M + 2 * PAGE, 3 * PAGE_1G - PAGE_2M - PAGE, GuestMapping.ALL);
        expect(PAGE_1G - PAGE_2M - PAGE + 5, 3 * PAGE_1G - PAGE_2M - PAGE + 5, 7, 1);
        expect(PAGE_1G - PAGE_2M, 3 * PAGE_1G - PAGE_2M, 7, 2);
        expect(PAGE_1G + 77 * PAGE, 3 * PAGE_1G + 77 * PAGE, 7, 3);
        expect(2 * PAGE_1G + 8, 4 * PAGE_1G + 8, 7, 1);
        assertEquals(-1, walk(2 * PAGE_1G + PAGE)[0]);
        assertEquals(4 * PAGE_1G + 9, mapping.toHost(2 * PAGE_1G + 9));
    }

    @Test
    void unalignedFramesNeedSmallPages() {
        mapping.map(0, PAGE_2M, PAGE, GuestMapping.ALL);
        expect(0x1234, 0x2234, 7, 1);
    }

    @Test
    void protectingPartOfALargePageSplitsIt() {
        mapping.map(0, PAGE_1G, 0, GuestMapping.ALL);
        mapping.protect(5 * PAGE_2M + 3 * PAGE, PAGE, GuestMapping.READ);
        expect(5 * PAGE_2M + 3 * PAGE + 1, 5 * PAGE_2M + 3 * PAGE + 1, 1, 1);
        expect(5 * PAGE_2M + 4 * PAGE, 5 * PAGE_2M + 4 * PAGE, 7, 1);
        expect(6 * PAGE_2M, 6 * PAGE_2M, 7, 2);
    }

    @Test
    void rightsThatWereTakenAwayCanComeBack() {
        mapping.map(PAGE_2M, PAGE_2M, 0, GuestMapping.ALL);
        mapping.protect(PAGE_2M, PAGE_2M, 0);
        assertEquals(-1, walk(PAGE_2M)[0]);
        assertEquals(0x123, mapping.toHost(PAGE_2M + 0x123));
        mapping.protect(PAGE_2M, PAGE_2M, GuestMapping.READ | GuestMapping.EXECUTE);
        expect(PAGE_2M, 0, 5, 2);
    }

    @Test
    void unmappingGivesTheTablesBack() {
        mapping.map(0, PAGE, 0, GuestMapping.ALL);
        mapping.unmap(0, PAGE);
        assertEquals(-1, mapping.toHost(0));
        assertEquals(4, walk(0)[2]);
        long before = host.allocate(0);
        for (int n = 1; n < 2000; n++) {
            mapping.map(n * PAGE_1G, PAGE, 0, GuestMapping.ALL);
            mapping.unmap(n * PAGE_1G, PAGE);
        }
        assertEquals(before, host.allocate(0));
    }

    @Test
    void aLargePageReplacesATable() {
        mapping.map(0, PAGE_2M, PAGE, GuestMapping.ALL);
        mapping.map(0, PAGE_2M, 4 * PAGE_2M, GuestMapping.READ);
        expect(0x5000, 4 * PAGE_2M + 0x5000, 1, 2);
    }

    @Test
    void anySequenceOfChangesGivesWhatAnArrayGives() {
        SplittableRandom random = new SplittableRandom(3);
        int pages = 2048;
        long[] frames = new long[pages];
        int[] rights = new int[pages];
        int[] choices = {0, 1, 3, 4, 5, 7};
        Arrays.fill(frames, -1);
        for (int step = 0; step < 400; step++) {
            int start = random.nextInt(pages);
            int count = random.nextInt(pages - start) + 1;
            if (random.nextInt(3) == 0) {
                start &= -512;
                count = Math.min(512 * (1 + random.nextInt(3)), pages - start);
            }
            int right = choices[random.nextInt(choices.length)];
            int what = random.nextInt(3);
            long frame = random.nextInt(4) * 512L * PAGE;
            for (int n = start; n < start + count; n++) {
                boolean mapped = what == 0 || what == 1 && frames[n] >= 0;
                frames[n] = what == 0 ? frame + (n - start) * PAGE : what == 1 ? frames[n] : -1;
                rights[n] = mapped ? right : 0;
            }
            switch (what) {
                case 0 -> mapping.map(start * PAGE, count * PAGE, frame, right);
                case 1 -> mapping.protect(start * PAGE, count * PAGE, right);
                default -> mapping.unmap(start * PAGE, count * PAGE);
            }
        }
        for (int n = 0; n < pages; n++) {
            assertEquals(frames[n], mapping.toHost(n * PAGE), "page " + n);
            assertEquals(rights[n], (int) walk(n * PAGE)[1], "page " + n);
        }
        assertTrue(host.allocate(0) < 64 * PAGE, "tables are used again");
    }

    @Test
    void whatEptCannotSayIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> mapping.map(1, PAGE, 0, GuestMapping.ALL));
        assertThrows(IllegalArgumentException.class, () -> mapping.map(0, PAGE, 0, GuestMapping.WRITE));
    }
}
