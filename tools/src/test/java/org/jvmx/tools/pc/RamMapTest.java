package org.jvmx.tools.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvmx.error.ConfigException;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.vm.MemoryRange;

class RamMapTest {
    private static final long MEBI = 1 << 20;

    @Test
    void ramAboveThePciHoleContinuesAt4G() {
        RamMap map = new RamMap(5L << 30);
        assertEquals(3L << 30, map.below4G());
        assertEquals(2L << 30, map.above4G());
        assertEquals(new MemoryRange(1L << 32, 2L << 30), map.ranges().getLast());
        assertEquals(MemoryMapEntry.ram(1L << 32, 2L << 30), map.e820().getLast());
    }

    @Test
    void theSmallestMachineHasItsConventionalMemoryAlone() {
        List<MemoryMapEntry> ram = new RamMap(64 << 10).e820().stream().filter(entry -> entry.type() == MemoryMapEntry.Type.RAM).toList();
        assertEquals(List.of(MemoryMapEntry.ram(0, 64 << 10)), ram);
    }

    @ParameterizedTest
    @ValueSource(longs = {64 << 10, 640 << 10, MEBI, 16 * MEBI, 3L << 30, (3L << 30) + 4096, 5L << 30})
    void whatTheGuestIsToldIsThereAndAddsUp(long size) {
        RamMap map = new RamMap(size);
        long told = 0;
        for (MemoryMapEntry entry : map.e820()) {
            if (entry.type() == MemoryMapEntry.Type.RAM) {
                told += entry.size();
                assertEquals(1, map.ranges().stream().filter(range -> range.base() <= entry.base() && entry.end() <= range.end()).count(),
                        entry::toString);
            }
        }
        long hidden = map.size() - told;
        long window = map.size() > 640 << 10 ? Math.min(map.size(), MEBI) - 0x9_fc00 : map.size() == 640 << 10 ? 0x400 : 0;
        assertEquals(window, hidden);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4096, (64 << 10) - 4096, (1 << 20) + 1, 65L << 30})
    void sizesThatCannotBeAreRefused(long size) {
        assertThrows(ConfigException.class, () -> new RamMap(size));
    }
}
