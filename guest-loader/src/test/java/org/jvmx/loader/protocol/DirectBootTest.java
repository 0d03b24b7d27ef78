package org.jvmx.loader.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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

/** Flat images, plain ELF files and PVH. */
class DirectBootTest {
    private static final int LINKED = (int) TestImages.LINKED;

    private final TestMemory memory = new TestMemory(8);

    @AfterEach
    void close() {
        memory.close();
    }

    private BootState load(byte[] file, String format, BootOptions options) {
        return Loader.load(GuestImage.detect("FILE", file, Format.parse(format)), memory.guest(), options);
    }

    private BootState load(byte[] file, String format) {
        return load(file, format, BootOptions.plain());
    }

    private String refusal(byte[] file, String format) {
        return assertThrows(LoadException.class, () -> load(file, format)).getMessage();
    }

    @Test
    void flatImageStartsInRealModeAsTheContractSays() {
        memory.guest().writeInt(0x20, 0x1234);
        BootState state = load(TestImages.code(512), "flat");
        assertEquals(Mode.REAL16, state.mode());
        assertEquals(0x7c00, state.rip());
        assertEquals(new BootState.Segment(0, 0, 0xffff, 0x9b), state.cs());
        for (BootState.Segment data : List.of(state.ds(), state.es(), state.fs(), state.gs(), state.ss())) {
            assertEquals(new BootState.Segment(0, 0, 0xffff, 0x93), data);
        }
        assertEquals(0x7c00, state.register(Register.RSP));
        assertEquals(2, state.rflags());
        assertEquals(0, state.cr0() & 1);
        assertEquals(0x3ff, state.idtr().limit());
        assertArrayEquals(new byte[0x400], memory.bytes(0, 0x400));
        assertArrayEquals(TestImages.code(512), memory.bytes(0x7c00, 512));
    }

    @Test
    void flatImageAtZeroIsNotCleared() {
        load(TestImages.code(0x200), "flat@0");
        assertArrayEquals(TestImages.code(0x200), memory.bytes(0, 0x200));
    }

    @Test
    void flatImagesForTheOtherModesStartThere() {
        BootState prot = load(TestImages.code(64), "flat32@0x100000");
        assertEquals(Mode.PROT32, prot.mode());
        assertEquals(0x10_0000, prot.rip());
        BootState wide = load(TestImages.code(64), "flat64@0x200000");
        assertEquals(Mode.LONG64, wide.mode());
        assertEquals(0x20_0000, wide.rip());
        assertNotEquals(0, wide.cr3());
    }

    @Test
    void tablesKeepOutOfTheImagesWay() {
        byte[] image = TestImages.code(0x9000);
        BootState state = load(image, "flat64@0x400");
        assertArrayEquals(image, memory.bytes(0x400, image.length));
        assertTrue(state.cr3() >= 0x400 + image.length && state.gdtr().base() >= 0x400 + image.length);
    }

    @Test
    void flatImageThatDoesNotFitIsRefused() {
        assertTrue(refusal(new byte[16], "flat@0x10000").contains("use flat32@0x10000"));
        String hole = refusal(new byte[0x2_0000], "flat32@0x90000");
        assertTrue(hole.contains("0x90000-0xb0000") && hole.contains("no RAM at that place"), hole);
        String more = refusal(new byte[16], "flat32@0x2000000");
        assertTrue(more.contains("at least -m 33M"), more);
        String never = refusal(new byte[16], "flat64@0x7ffffffffffffff0");
        assertTrue(never.contains("no amount of memory"), never);
    }

    @Test
    void elf64IsEnteredInLongModeAtItsPhysicalEntry() {
        memory.guest().writeInt(LINKED + TestImages.CODE_SIZE + 8, -1);
        BootState state = load(TestImages.elf64(0xffff_ffff_8010_0000L, LINKED, 0xffff_ffff_8010_0020L, 0), "auto",
                BootOptions.plain().withCommandLine("a b"));
        assertEquals(Mode.LONG64, state.mode());
        assertEquals(LINKED + 0x20, state.rip());
        assertArrayEquals(TestImages.code(TestImages.CODE_SIZE), memory.bytes(LINKED, TestImages.CODE_SIZE));
        assertArrayEquals(new byte[TestImages.BSS_SIZE], memory.bytes(LINKED + TestImages.CODE_SIZE, TestImages.BSS_SIZE));
        long page = state.register(Register.RSI);
        assertEquals(0x5372_6448, memory.guest().readInt(page + 0x202));
        assertEquals("a b", memory.text(memory.guest().readInt(page + 0x228)));
    }

    @Test
    void elf32IsEnteredInProtectedMode() {
        BootState state = load(TestImages.elf32(0xc010_0000, LINKED, LINKED + 4, 0), "auto");
        assertEquals(Mode.PROT32, state.mode());
        assertEquals(LINKED + 4, state.rip());
    }

    @Test
    void elfWithoutPhysicalAddressesGoesToItsVirtualOnes() {
        assertEquals(LINKED, load(TestImages.elf64(LINKED, 0, LINKED, 0), "auto").rip());
    }

    @Test
    void elfOutsideMemoryIsRefused() {
        String hole = refusal(TestImages.elf64(0xf_0000, 0xf_0000, 0xf_0000, 0), "auto");
        assertTrue(hole.contains("ELF segment 0 belongs at 0xf0000-0xf0500") && hole.contains("link the kernel elsewhere"), hole);
        String high = refusal(TestImages.elf64(0x1000_0000, 0x1000_0000, 0x1000_0000, 0), "auto");
        assertTrue(high.contains("at least -m 257M"), high);
        String never = refusal(TestImages.elf64(-0x8000_0000L, -0x8000_0000L, -0x8000_0000L, 0), "auto");
        assertTrue(never.contains("no amount of memory"), never);
    }

    @Test
    void entryModeThatAFormatDoesNotHaveIsRefused() {
        BootOptions real = BootOptions.plain().withEntry(BootOptions.Entry.REAL16);
        String message = assertThrows(LoadException.class, () -> load(TestImages.elf32(LINKED, LINKED, LINKED, 0), "auto",
                real)).getMessage();
        assertTrue(message.contains("mode PROT32, not REAL16"), message);
        BootOptions unpack = BootOptions.plain().withUnpackPayload(true);
        assertThrows(LoadException.class, () -> load(TestImages.elf32(LINKED, LINKED, LINKED, 0), "auto", unpack));
    }

    @Test
    void pvhGuestGetsItsStartInfo() {
        BootOptions options = BootOptions.plain().withCommandLine("console=hvc0").withInitrd(TestImages.code(100)).withRsdp(0xe_0000)
                .withModules(List.of(new BootModule("extra", "x=1", TestImages.code(50))));
        BootState state = load(TestImages.elf64(LINKED, LINKED, LINKED, LINKED + 0x30), "auto", options);
        assertEquals(Mode.PROT32, state.mode());
        assertEquals(LINKED + 0x30, state.rip());
        assertEquals(0x67, state.tr().limit());
        GuestMemory guest = memory.guest();
        long info = state.register(Register.RBX);
        assertEquals(0x336e_c578, guest.readInt(info));
        assertEquals(1, guest.readInt(info + 4));
        assertEquals(2, guest.readInt(info + 12));
        long list = guest.readLong(info + 16);
        assertEquals("console=hvc0", memory.text(guest.readLong(info + 24)));
        assertEquals(0xe_0000, guest.readLong(info + 32));
        long map = guest.readLong(info + 40);
        assertEquals(2, guest.readInt(info + 48));
        assertEquals(0x10_0000, guest.readLong(map + 24));
        assertEquals(0x70_0000, guest.readLong(map + 32));
        assertEquals(1, guest.readInt(map + 40));
        assertArrayEquals(TestImages.code(100), memory.bytes(guest.readLong(list), (int) guest.readLong(list + 8)));
        assertEquals("initrd", memory.text(guest.readLong(list + 16)));
        assertEquals("extra x=1", memory.text(guest.readLong(list + 48)));
        assertEquals(0, guest.readLong(list + 32) & 0xfff);
    }

    @Test
    void pvhEntryOutsideTheImageIsRefused() {
        String message = refusal(TestImages.elf64(LINKED, LINKED, LINKED, 0x30), "auto");
        assertTrue(message.contains("its entry 0x30 is outside"), message);
    }
}
