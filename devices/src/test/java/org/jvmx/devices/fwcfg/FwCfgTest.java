package org.jvmx.devices.fwcfg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;

class FwCfgTest {
    private final HostMemory host = new HostMemory(1L << 20);
    private final GuestMemory memory = new GuestMemory(host, List.of(new GuestMemory.Range(0, 0x1_0000, 0x1000)));
    private final FwCfg config = new FwCfg(memory);

    @AfterEach
    void close() {
        host.close();
    }

    private String read(int key, int count) {
        config.ports().out(0, 2, key);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append((char) config.ports().in(1, 1));
        }
        return text.toString();
    }

    private long number(int key, int bytes) {
        String raw = read(key, bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) raw.charAt(i) << 8 * i;
        }
        return value;
    }

    @Test
    void identifiesItself() {
        assertEquals("QEMU", read(0, 4));
        assertEquals(3, number(1, 4));
        assertEquals(Integer.reverseBytes(0x51454d55), config.dma().in(0, 4));
        assertEquals(Integer.reverseBytes(0x20434647), config.dma().in(4, 4));
    }

    @Test
    void numbersAreReadBackAndAbsentItemsAreZero() {
        config.add(FwCfg.RAM_SIZE, 8, 512L << 20);
        config.add(FwCfg.CPUS, 2, 1);
        assertEquals(512L << 20, number(FwCfg.RAM_SIZE, 8));
        assertEquals(1, number(FwCfg.CPUS, 2));
        assertEquals(0, number(0x11, 8));
        assertEquals(0, number(0xffff, 4));
        assertEquals("QEMU\0\0", read(0, 6), "zeros follow the end");
    }

    @Test
    void filesAreListedByName() {
        config.addFile("opt/b", "second".getBytes(StandardCharsets.US_ASCII));
        config.addFile("opt/a", "first".getBytes(StandardCharsets.US_ASCII));
        String directory = read(0x19, 4 + 128);
        assertEquals(2, directory.charAt(3));
        assertEquals("\0\0\0\5\0\40\0\0opt/a\0", directory.substring(4, 18));
        assertEquals("opt/b", directory.substring(76, 81));
        assertEquals("first", read(0x20, 5));
        assertEquals("second", read(0x21, 6));
        String name = "n".repeat(56);
        assertThrows(IllegalStateException.class, () -> config.addFile(name, new byte[0]));
    }

    @Test
    void dmaSelectsSkipsAndReads() {
        transfer(0 << 16 | 8 | 4, 1, 0);
        transfer(2, 5, 0x2000);
        assertEquals(0x00554d45, memory.readInt(0x2000));
        assertEquals(0, memory.readInt(0x1000));
    }

    @Test
    void dmaOutsideMemoryAndWritesFail() {
        transfer(8 | 2, 4, 0xffff_fff0L);
        assertEquals(Integer.reverseBytes(1), memory.readInt(0x1000));
        transfer(8 | 16, 4, 0x2000);
        assertEquals(Integer.reverseBytes(1), memory.readInt(0x1000));
        config.dma().out(0, 4, -1);
        config.dma().out(4, 4, -1);
    }

    private void transfer(int control, int length, long address) {
        memory.writeInt(0x1000, Integer.reverseBytes(control));
        memory.writeInt(0x1004, Integer.reverseBytes(length));
        memory.writeLong(0x1008, Long.reverseBytes(address));
        config.dma().out(0, 4, 0);
        config.dma().out(4, 4, Integer.reverseBytes(0x1000));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 0x1_0000; i += 4) {
            memory.writeInt(i, random.nextInt());
        }
        Fuzz.Target target = new Fuzz.Target(new FakeClock(), List.of(config.ports(), config.dma()), List.of(2, 8), List.of(), 0,
                () -> transfer(random.nextInt(), random.nextInt(), random.nextLong(0x2_0000)));
        Fuzz.run(target, random, 20_000);
        config.ports().out(0, 2, 0);
        config.ports().in(1, 1);
        FwCfg twin = new FwCfg(memory);
        twin.restore(config.state());
        assertEquals('E', twin.ports().in(1, 1));
    }
}
