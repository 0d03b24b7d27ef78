package org.jvmx.loader.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.loader.BootModule;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.BootState;
import org.jvmx.loader.BootState.Mode;
import org.jvmx.loader.BootState.Register;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.TestImages;
import org.jvmx.loader.TestMemory;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.memory.GuestMemory;

class MultibootTest {
    private static final int LINKED = (int) TestImages.LINKED;
    private static final byte[] ELF32 = TestImages.elf32(LINKED, LINKED, LINKED + 0x40, 0);
    private static final BootOptions OPTIONS = BootOptions.plain().withKernelName("x86/tsc.flat").withCommandLine("one two")
            .withInitrd(TestImages.code(30)).withModules(List.of(new BootModule("mod", "arg", TestImages.code(5000))));

    private final TestMemory memory = new TestMemory(16);
    private final GuestMemory guest = memory.guest();

    @AfterEach
    void close() {
        memory.close();
    }

    private BootState load(byte[] file, BootOptions options) {
        return Loader.load(GuestImage.detect("FILE", file, Format.AUTO), guest, options);
    }

    private String refusal(byte[] file) {
        return assertThrows(LoadException.class, () -> load(file, BootOptions.plain())).getMessage();
    }

    private long word(long gpa) {
        return guest.readInt(gpa) & 0xffff_ffffL;
    }

    @Test
    void machineStateIsThatOfTheSpecification() {
        BootState state = load(TestImages.multiboot(ELF32, 0x400, 3), BootOptions.plain());
        assertEquals(Mode.PROT32, state.mode());
        assertEquals(LINKED + 0x40, state.rip());
        assertEquals(0x2bad_b002, state.register(Register.RAX));
        assertEquals(new BootState.Segment(0x10, 0, -1, 0xc09b), state.cs());
        assertEquals(new BootState.Segment(0x18, 0, -1, 0xc093), state.ss());
        assertEquals(1, state.cr0() & 0x8000_0001L);
        assertEquals(2, state.rflags());
    }

    @Test
    void informationHasMemoryCommandLineModulesAndMap() {
        long info = load(TestImages.multiboot(ELF32, 0x400, 3), OPTIONS).register(Register.RBX);
        assertEquals(0x24d, word(info));
        assertEquals(640, word(info + 4));
        assertEquals(15 * 1024, word(info + 8));
        assertEquals("x86/tsc.flat one two", memory.text(word(info + 16)));
        assertEquals("JVMX", memory.text(word(info + 64)));
        assertEquals(2, word(info + 20));
        long modules = word(info + 24);
        assertArrayEquals(TestImages.code(30), memory.bytes(word(modules), (int) (word(modules + 4) - word(modules))));
        assertEquals("initrd", memory.text(word(modules + 8)));
        assertEquals(0, word(modules + 16) & 0xfff);
        assertArrayEquals(TestImages.code(5000), memory.bytes(word(modules + 16), 5000));
        assertEquals("mod arg", memory.text(word(modules + 24)));
        assertEquals(48, word(info + 44));
        long map = word(info + 48);
        assertEquals(20, word(map));
        assertEquals(0xa_0000, guest.readLong(map + 12));
        assertEquals(0x10_0000, guest.readLong(map + 28));
        assertEquals(1, word(map + 44));
    }

    @Test
    void commandLineEndsWithTheSpaceIfNothingIsAppended() {
        long info = load(TestImages.multiboot(ELF32, 0x400, 0), BootOptions.plain().withKernelName("k")).register(Register.RBX);
        assertEquals("k ", memory.text(word(info + 16)));
    }

    @Test
    void sixtyFourBitElfIsEnteredInThirtyTwoBitState() {
        byte[] elf = TestImages.elf64(0xffff_ffff_8010_0000L, LINKED, 0xffff_ffff_8010_0040L, 0);
        BootState state = load(TestImages.multiboot(elf, 0x400, 0), BootOptions.plain());
        assertEquals(Mode.PROT32, state.mode());
        assertEquals(LINKED + 0x40, state.rip());
    }

    @Test
    void sectionHeadersAndSymbolTablesAreLoaded() {
        long info = load(TestImages.multiboot(TestImages.withSections32(ELF32), 0x400, 0), BootOptions.plain()).register(Register.RBX);
        assertEquals(1 << 5, word(info) & 1 << 5);
        assertEquals(3, word(info + 28));
        assertEquals(40, word(info + 32));
        assertEquals(2, word(info + 40));
        long headers = word(info + 36);
        byte[] symbols = TestImages.code(24);
        assertArrayEquals(Arrays.copyOf(symbols, 16), memory.bytes(word(headers + 40 + 12), 16));
        assertArrayEquals(Arrays.copyOfRange(symbols, 16, 24), memory.bytes(word(headers + 80 + 12), 8));
    }

    @Test
    void addressFieldsLoadWithoutElf() {
        byte[] image = TestImages.multiboot(TestImages.code(0x1000), 0x80, 1 << 16, 0x20_0080, 0x20_0000, 0x20_0800, 0x20_2000, 0x20_00c0);
        guest.writeInt(0x20_0800, -1);
        BootState state = load(image, BootOptions.plain());
        assertEquals(0x20_00c0, state.rip());
        assertArrayEquals(Arrays.copyOf(image, 0x800), memory.bytes(0x20_0000, 0x800));
        assertArrayEquals(new byte[0x1800], memory.bytes(0x20_0800, 0x1800));
        byte[] whole = TestImages.multiboot(TestImages.code(0x1000), 0x80, 1 << 16, 0x30_0040, 0x30_0000, 0, 0, 0x30_0040);
        load(whole, BootOptions.plain());
        assertArrayEquals(Arrays.copyOfRange(whole, 0x40, 0x1000), memory.bytes(0x30_0000, 0xfc0));
    }

    @Test
    void entryOutsideOfTheImageIsRefused() {
        byte[] image = TestImages.multiboot(TestImages.code(0x1000), 0x80, 1 << 16, 0x20_0080, 0x20_0000, 0, 0, 0x1000);
        assertTrue(refusal(image).contains("its entry 0x1000 is outside of what it loads, 0x200000-0x201000"));
    }

    @Test
    void imageAboveMemoryIsRefused() {
        byte[] image = TestImages.multiboot(TestImages.code(0x1000), 0x80, 1 << 16, 0xf000_0080, 0xf000_0000, 0, 0, 0xf000_0080);
        String message = refusal(image);
        assertTrue(message.contains("the image belongs at 0xf0000000-0xf0001000") && message.contains("-m 3841M"), message);
    }

    @Test
    void videoRequestIsAnsweredWithTheTextScreen() {
        byte[] image = TestImages.multiboot(ELF32, 0x400, 4, 0, 0, 0, 0, 0, 1, 80, 25, 0);
        long info = load(image, BootOptions.plain()).register(Register.RBX);
        assertEquals(1 << 12, word(info) & 1 << 12);
        assertEquals(0xb_8000, guest.readLong(info + 88));
        assertEquals(80, word(info + 100));
        assertEquals(16, guest.readByte(info + 108));
        assertEquals(2, guest.readByte(info + 109));
        long none = load(image, BootOptions.plain().withTextScreen(false)).register(Register.RBX);
        assertEquals(0, word(none) & 1 << 12);
    }

    private Map<Integer, Long> tags(long info) {
        Map<Integer, Long> tags = new HashMap<>();
        long end = info + word(info);
        long at = info + 8;
        while (at < end) {
            tags.putIfAbsent((int) word(at), at);
            at += word(at + 4) + 7 & -8;
        }
        assertEquals(end, at);
        return tags;
    }

    @Test
    void multiboot2InformationIsAListOfTags() {
        byte[] rsdp = TestImages.code(36);
        rsdp[15] = 2;
        guest.write(0x9_f000, rsdp);
        byte[] file = TestImages.multiboot2(TestImages.withSections32(ELF32), 0x400, new int[] {1, 16, 6, 1});
        BootState state = load(file, OPTIONS.withRsdp(0x9_f000));
        assertEquals(0x36d7_6289, state.register(Register.RAX));
        assertEquals(LINKED + 0x40, state.rip());
        long info = state.register(Register.RBX);
        assertEquals(0, info & 7);
        Map<Integer, Long> tags = tags(info);
        assertEquals(Set.of(0, 1, 2, 3, 4, 6, 8, 9, 14, 15, 21), tags.keySet());
        assertEquals("x86/tsc.flat one two", memory.text(tags.get(1) + 8));
        assertEquals("JVMX", memory.text(tags.get(2) + 8));
        assertArrayEquals(TestImages.code(30), memory.bytes(word(tags.get(3) + 8), 30));
        assertEquals("initrd", memory.text(tags.get(3) + 16));
        assertEquals(15 * 1024, word(tags.get(4) + 12));
        assertEquals(24, word(tags.get(6) + 8));
        assertEquals(0x10_0000, guest.readLong(tags.get(6) + 16 + 24));
        assertEquals(3, word(tags.get(9) + 8));
        assertArrayEquals(Arrays.copyOf(rsdp, 20), memory.bytes(tags.get(14) + 8, 20));
        assertArrayEquals(rsdp, memory.bytes(tags.get(15) + 8, 36));
        assertEquals(LINKED, word(tags.get(21) + 8));
    }

    @Test
    void multiboot2EntryTagReplacesTheElfEntry() {
        assertEquals(LINKED + 0x80, load(TestImages.multiboot2(ELF32, 0x400, new int[] {3, 12, LINKED + 0x80}), BootOptions.plain()).rip());
    }

    @Test
    void multiboot2AddressTagLoadsWithoutElf() {
        int[] addresses = {2, 24, 0x20_0080, 0x20_0000, 0, 0x20_3000};
        byte[] file = TestImages.multiboot2(TestImages.code(0x1000), 0x80, addresses, new int[] {3, 12, 0x20_0010});
        assertEquals(0x20_0010, load(file, BootOptions.plain()).rip());
        assertArrayEquals(file, memory.bytes(0x20_0000, 0x1000));
        assertTrue(refusal(TestImages.multiboot2(TestImages.code(0x1000), 0x80, addresses)).contains("no entry address tag"));
    }

    @Test
    void relocatableKernelGoesWhereItPrefers() {
        byte[] low = TestImages.multiboot2(ELF32, 0x400, new int[] {10, 24, 0x20_0000, 0x7f_ffff, 0x1000, 1});
        BootState state = load(low, BootOptions.plain());
        assertEquals(0x20_0040, state.rip());
        assertEquals(0x20_0000, word(tags(state.register(Register.RBX)).get(21) + 8));
        assertArrayEquals(TestImages.code(TestImages.CODE_SIZE), memory.bytes(0x20_0000, TestImages.CODE_SIZE));
        byte[] high = TestImages.multiboot2(ELF32, 0x400, new int[] {10, 24, 0x20_0000, 0x7f_ffff, 0x1000, 2});
        assertEquals(0x7f_f040, load(high, BootOptions.plain()).rip());
        byte[] free = TestImages.multiboot2(ELF32, 0x400, new int[] {10, 24, 0, -1, 0x1000, 0});
        assertEquals(LINKED + 0x40, load(free, BootOptions.plain()).rip());
        byte[] nowhere = TestImages.multiboot2(ELF32, 0x400, new int[] {10, 24, 0x4000_0000, 0x7fff_ffff, 0x1000, 1});
        assertTrue(refusal(nowhere).contains("the relocatable kernel needs"));
    }
}
