package org.jvmx.loader.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.BootState;
import org.jvmx.loader.BootState.Mode;
import org.jvmx.loader.BootState.Register;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.loader.TestImages;
import org.jvmx.loader.TestMemory;
import org.jvmx.loader.format.GuestImage;

class LinuxBootTest {
    private static final byte[] KERNEL = TestImages.bzImage(true, new byte[64]);
    private static final long PREFERRED = 0x100_0000;
    private static final int SETUP = 5 * 512;

    private final TestMemory memory = new TestMemory(64);

    @AfterEach
    void close() {
        memory.close();
    }

    private BootState load(byte[] file, BootOptions options) {
        return Loader.load(GuestImage.detect("FILE", file, Format.AUTO), memory.guest(), options);
    }

    private String refusal(byte[] file, BootOptions options) {
        return assertThrows(LoadException.class, () -> load(file, options)).getMessage();
    }

    private long word(long gpa) {
        return memory.guest().readInt(gpa) & 0xffff_ffffL;
    }

    @Test
    void sixtyFourBitEntryIsTakenWhereTheKernelHasOne() {
        BootState state = load(KERNEL, BootOptions.plain());
        assertEquals(Mode.LONG64, state.mode());
        assertEquals(PREFERRED + 0x200, state.rip());
        assertEquals(0x10, state.cs().selector());
        assertEquals(0xa09b, state.cs().rights());
        assertEquals(0x18, state.ds().selector());
        assertEquals(0x500, state.efer());
        assertEquals(0x20, state.cr4());
        assertEquals(0x8000_0011L, state.cr0());
        assertArrayEquals(Arrays.copyOfRange(KERNEL, SETUP, KERNEL.length), memory.bytes(PREFERRED, KERNEL.length - SETUP));
    }

    @Test
    void pageTablesMapTheFirstFourGibibytesToThemselves() {
        BootState state = load(KERNEL, BootOptions.plain());
        for (long address : new long[] {0, 0x7c00, 0x20_0000, 0x1234_5678L, 0xfee0_0000L, 0xffff_ffffL}) {
            long pdpt = memory.guest().readLong(state.cr3() + (address >>> 39) * 8);
            long directory = memory.guest().readLong((pdpt & -4096) + (address >>> 30) * 8);
            long entry = memory.guest().readLong((directory & -4096) + (address >>> 21 & 511) * 8);
            assertEquals(3, pdpt & 0xfff);
            assertEquals(3, directory & 0xfff);
            assertEquals(0x83, entry & 0xfff);
            assertEquals(address & -0x20_0000, entry & -4096);
        }
    }

    @Test
    void descriptorsInMemoryAgreeWithTheSegmentRegisters() {
        for (BootOptions.Entry entry : List.of(BootOptions.Entry.LONG64, BootOptions.Entry.PROT32)) {
            BootState state = load(KERNEL, BootOptions.plain().withEntry(entry));
            assertEquals(rights(state, state.cs().selector()), state.cs().rights());
            assertEquals(rights(state, state.ss().selector()), state.ss().rights());
            assertEquals(31, state.gdtr().limit());
        }
    }

    private int rights(BootState state, int selector) {
        long descriptor = memory.guest().readLong(state.gdtr().base() + selector);
        return (int) (descriptor >>> 40) & 0xf0ff;
    }

    @Test
    void thirtyTwoBitEntryIsAtTheStartOfTheCode() {
        BootState state = load(TestImages.bzImage(false, new byte[0]), BootOptions.plain());
        assertEquals(Mode.PROT32, state.mode());
        assertEquals(PREFERRED, state.rip());
        assertEquals(0xc09b, state.cs().rights());
        assertEquals(0x11, state.cr0());
        assertEquals(0, state.efer());
        assertTrue(refusal(TestImages.bzImage(false, new byte[0]),
                BootOptions.plain().withEntry(BootOptions.Entry.LONG64)).contains("xloadflags"));
    }

    @Test
    void zeroPageTellsTheMachine() {
        List<MemoryMapEntry> map = List.of(MemoryMapEntry.ram(0, 0x9_fc00), MemoryMapEntry.reserved(0x9_fc00, 0x400),
                MemoryMapEntry.ram(0x10_0000, 0x3f0_0000), new MemoryMapEntry(0xfec0_0000L, 0x1000, MemoryMapEntry.Type.RESERVED));
        byte[] initrd = TestImages.code(5000);
        BootOptions options = BootOptions.plain().withCommandLine("console=ttyS0").withInitrd(initrd).withMemoryMap(map).withRsdp(0xe_0000);
        long page = load(KERNEL, options).register(Register.RSI);
        assertArrayEquals(Arrays.copyOfRange(KERNEL, 0x1f1, 0x210), memory.bytes(page + 0x1f1, 0x1f));
        assertEquals(0xff, memory.guest().readByte(page + 0x210));
        assertEquals(PREFERRED, word(page + 0x214));
        assertEquals("console=ttyS0", memory.text(word(page + 0x228)));
        assertEquals(0x400_0000 - 0x2000, word(page + 0x218));
        assertEquals(5000, word(page + 0x21c));
        assertArrayEquals(initrd, memory.bytes(word(page + 0x218), 5000));
        assertEquals(0xe_0000, memory.guest().readLong(page + 0x70));
        assertEquals(0xfc00, word(page + 0x1e0));
        assertEquals(4, memory.guest().readByte(page + 0x1e8));
        assertEquals(0x9_fc00, memory.guest().readLong(page + 0x2d0 + 20));
        assertEquals(0x400, memory.guest().readLong(page + 0x2d0 + 28));
        assertEquals(2, word(page + 0x2d0 + 36));
        assertEquals(0xfec0_0000L, memory.guest().readLong(page + 0x2d0 + 60));
        assertEquals(80, memory.guest().readByte(page + 7));
        assertEquals(0, memory.guest().readByte(page + 0x1ef));
    }

    @Test
    void memoryMapIsTheRamIfTheMachineGivesNone() {
        long page = load(KERNEL, BootOptions.plain().withTextScreen(false)).register(Register.RSI);
        assertEquals(2, memory.guest().readByte(page + 0x1e8));
        assertEquals(0xa_0000, memory.guest().readLong(page + 0x2d0 + 8));
        assertEquals(0x10_0000, memory.guest().readLong(page + 0x2d0 + 20));
        assertEquals(0, memory.guest().readByte(page + 0xf));
    }

    @Test
    void realModeEntryGetsSetupCodeHeapAndCommandLine() {
        BootOptions options = BootOptions.plain().withEntry(BootOptions.Entry.REAL16).withCommandLine("quiet").withInitrd(new byte[10]);
        BootState state = load(KERNEL, options);
        assertEquals(Mode.REAL16, state.mode());
        assertEquals(0x1020, state.cs().selector());
        assertEquals(0x1_0200, state.cs().base());
        assertEquals(0, state.rip());
        assertEquals(0x1000, state.ss().selector());
        assertEquals(0xe000, state.register(Register.RSP));
        assertEquals(0x81, memory.guest().readByte(0x1_0211));
        assertEquals(0xde00, memory.guest().readShort(0x1_0224));
        assertEquals("quiet", memory.text(word(0x1_0228)));
        assertEquals(10, word(0x1_021c));
        assertArrayEquals(Arrays.copyOfRange(KERNEL, SETUP, KERNEL.length), memory.bytes(0x10_0000, KERNEL.length - SETUP));
    }

    @Test
    void relocatableKernelAvoidsReservedMemory() {
        List<MemoryMapEntry> map = List.of(MemoryMapEntry.ram(0, 0xa_0000), MemoryMapEntry.ram(0x10_0000, 0x3f0_0000),
                MemoryMapEntry.reserved(PREFERRED + 0x1000, 0x1000));
        BootState state = load(KERNEL, BootOptions.plain().withMemoryMap(map));
        assertEquals(0x120_0000 + 0x200, state.rip());
        assertEquals(0x120_0000, word(state.register(Register.RSI) + 0x214));
    }

    @Test
    void commandLineThatIsTooLongIsRefused() {
        String message = refusal(KERNEL, BootOptions.plain().withCommandLine("x".repeat(2048)));
        assertTrue(message.contains("2048 bytes") && message.contains("at most 2047") && message.contains("--append"), message);
        load(KERNEL, BootOptions.plain().withCommandLine("x".repeat(2047)));
    }

    @Test
    void initrdLargerThanMemoryIsRefusedWithWhatWouldDo() {
        String message = refusal(KERNEL, BootOptions.plain().withInitrd(new byte[80 << 20]));
        assertTrue(message.contains("the initrd needs 83886080 bytes") && message.contains("-m 97M is enough"), message);
        try (TestMemory more = new TestMemory(97)) {
            Loader.load(GuestImage.detect("FILE", KERNEL, Format.AUTO), more.guest(), BootOptions.plain().withInitrd(new byte[80 << 20]));
        }
    }

    @Test
    void initrdStaysBelowTheKernelsLimit() {
        byte[] kernel = KERNEL.clone();
        kernel[0x22c + 3] = 0;
        kernel[0x22c + 2] = 0x7f;
        kernel[0x22c + 1] = (byte) 0xff;
        kernel[0x22c] = (byte) 0xff;
        long page = load(kernel, BootOptions.plain().withInitrd(new byte[0x1000])).register(Register.RSI);
        assertEquals(0x7f_f000, word(page + 0x218));
    }

    @Test
    void tooLittleMemoryIsRefusedWithWhatWouldDo() {
        try (TestMemory small = new TestMemory(1)) {
            GuestImage image = GuestImage.detect("FILE", KERNEL, Format.AUTO);
            String message = assertThrows(LoadException.class, () -> Loader.load(image, small.guest(), BootOptions.plain())).getMessage();
            assertTrue(message.contains("the kernel (init_size) needs 1048576 bytes") && message.contains("-m 17M is enough"), message);
        }
    }

    @Test
    void payloadIsUnpackedAndEnteredDirectly() throws IOException {
        byte[] elf = TestImages.elf64(0xffff_ffff_8100_0000L, PREFERRED, PREFERRED + 16, 0);
        BootOptions options = BootOptions.plain().withUnpackPayload(true).withCommandLine("nokaslr");
        BootState state = load(TestImages.bzImage(true, gzip(elf)), options);
        assertEquals(Mode.LONG64, state.mode());
        assertEquals(PREFERRED + 16, state.rip());
        assertArrayEquals(TestImages.code(TestImages.CODE_SIZE), memory.bytes(PREFERRED, TestImages.CODE_SIZE));
        long page = state.register(Register.RSI);
        assertEquals(0x20f, memory.guest().readShort(page + 0x206));
        assertEquals("nokaslr", memory.text(word(page + 0x228)));
        assertTrue(refusal(TestImages.bzImage(true, gzip(elf)),
                options.withEntry(BootOptions.Entry.REAL16)).contains("LONG64, not REAL16"));
    }

    private static byte[] gzip(byte[] data) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(data);
        }
        return packed.toByteArray();
    }
}
