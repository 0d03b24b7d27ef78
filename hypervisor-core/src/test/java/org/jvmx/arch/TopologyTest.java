package org.jvmx.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class TopologyTest {
    private final ProcessorModel model = ProcessorModel.jvmxV1();
    private final CpuidAnswer answer = new CpuidAnswer();

    private CpuidAnswer core(int id, int cores, int leaf, int subleaf) {
        model.core(id, cores).cpuid(leaf, subleaf, answer);
        return answer;
    }

    @Test
    void oneProcessorIsTheModelItself() {
        assertSame(model, model.core(0, 1));
    }

    @Test
    void leaf1HasTheApicIdAndRoomForAll() {
        CpuidAnswer leaf = core(5, 6, 1, 0);
        assertEquals(5, leaf.ebx >>> 24);
        assertEquals(8, leaf.ebx >>> 16 & 0xff);
        assertEquals(1, leaf.edx >>> 28 & 1);
    }

    @Test
    void leaf4SharesTheLastLevelCacheAlone() {
        assertEquals(3, core(0, 4, 4, 3).eax >>> 26);
        assertEquals(3, core(0, 4, 4, 3).eax >>> 14 & 0xfff);
        assertEquals(0, core(0, 4, 4, 0).eax >>> 14 & 0xfff);
    }

    @Test
    void leafBNamesTheLevels() {
        CpuidAnswer threads = core(3, 4, 0xb, 0);
        assertEquals(0, threads.eax);
        assertEquals(1, threads.ebx);
        assertEquals(3, threads.edx);
        CpuidAnswer cores = core(3, 4, 0xb, 1);
        assertEquals(2, cores.eax);
        assertEquals(4, cores.ebx);
        assertEquals(2 << 8 | 1, cores.ecx);
        CpuidAnswer none = core(3, 4, 0xb, 2);
        assertEquals(0, none.ebx);
        assertEquals(3, none.edx, "the identifier is valid whatever the level");
    }
}
