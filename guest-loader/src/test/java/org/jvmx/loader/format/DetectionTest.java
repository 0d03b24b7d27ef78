package org.jvmx.loader.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.TestImages;

class DetectionTest {
    private static final int LINKED = (int) TestImages.LINKED;

    private static GuestImage detect(byte[] file) {
        return GuestImage.detect("FILE", file, Format.AUTO);
    }

    private static String refusal(byte[] file, String format) {
        return assertThrows(LoadException.class, () -> GuestImage.detect("FILE", file, Format.parse(format))).getMessage();
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'%s' is not in: %s".formatted(part, message));
        }
    }

    @Test
    void eachFormatIsFound() {
        byte[] elf = TestImages.elf64(LINKED, LINKED, LINKED, 0);
        assertEquals("bzimage", detect(TestImages.bzImage(true, new byte[64])).format().toString());
        assertEquals("elf", detect(elf).format().toString());
        assertEquals("elf", detect(TestImages.elf32(LINKED, LINKED, LINKED, 0)).format().toString());
        assertEquals("pvh", detect(TestImages.elf64(LINKED, LINKED, LINKED, LINKED + 8)).format().toString());
        assertEquals("multiboot", detect(TestImages.multiboot(elf, 0x400, 3)).format().toString());
        assertEquals("multiboot2", detect(TestImages.multiboot2(elf, 0x400)).format().toString());
    }

    @Test
    void wishDecidesWhatAnImageOfSeveralFormatsIs() {
        byte[] all = TestImages.multiboot2(TestImages.multiboot(TestImages.elf32(LINKED, LINKED, LINKED, LINKED), 0x400, 0), 0x600);
        assertInstanceOf(MultibootImage.class, detect(all));
        assertInstanceOf(Multiboot2Image.class, GuestImage.detect("FILE", all, Format.parse("multiboot2")));
        assertInstanceOf(PvhImage.class, GuestImage.detect("FILE", all, Format.parse("pvh")));
        assertInstanceOf(ElfImage.class, GuestImage.detect("FILE", all, Format.parse("elf")));
        assertEquals(new Format(Format.Kind.FLAT32, 0x8000), GuestImage.detect("FILE", all, Format.parse("flat32@0x8000")).format());
    }

    @Test
    void textFileIsRefusedWithWhatWasLookedForAndFound() {
        String message = refusal("hello, world\nand more\n".getBytes(StandardCharsets.UTF_8), "auto");
        assertSays(message, "FILE is no kernel that JVMX can start", "'HdrS' at 0x202", "7f 45 4c 46", "Multiboot 1", "8 KiB",
                "Multiboot 2", "32 KiB",
                "found text 'hello, world'", "--format flat@ADDR");
    }

    @Test
    void refusalNamesWellKnownFiles() {
        assertSays(refusal(new byte[0], "auto"), "found an empty file");
        assertSays(refusal(new byte[] {0x1f, (byte) 0x8b, 8, 0}, "auto"), "gzip", "unpack it first");
        assertSays(refusal("070701".getBytes(StandardCharsets.US_ASCII), "auto"), "--initrd");
        assertSays(refusal(new byte[] {0, 1, 2, 3}, "auto"), "found the bytes 00 01 02 03");
        byte[] sector = new byte[512];
        sector[510] = 0x55;
        sector[511] = (byte) 0xaa;
        assertSays(refusal(sector, "auto"), "a boot sector");
    }

    @Test
    void forcedFormatThatDoesNotFitIsRefused() {
        byte[] elf = TestImages.elf64(LINKED, LINKED, LINKED, 0);
        assertSays(refusal(elf, "bzimage"), "as --format bzimage", "'HdrS' at 0x202", "found an ELF file");
        assertSays(refusal(elf, "pvh"), "Xen note 18");
        assertSays(refusal(elf, "multiboot"), "1badb002");
        assertSays(refusal(new byte[0], "flat"), "at least one byte");
    }

    @Test
    void truncatedImagesAreRefusedWithTheirSizes() {
        byte[] linux = TestImages.bzImage(true, new byte[64]);
        assertSays(refusal(TestImages.cut(linux, 0x210), "auto"), "truncated", "the Linux setup header", "0x210");
        assertSays(refusal(TestImages.cut(linux, linux.length - 1), "auto"), "truncated bzImage", String.valueOf(linux.length));
        byte[] elf = TestImages.elf64(LINKED, LINKED, LINKED, 0);
        assertSays(refusal(TestImages.cut(elf, 30), "auto"), "the ELF header");
        assertSays(refusal(TestImages.cut(elf, 100), "auto"), "the ELF program header table");
        assertSays(refusal(TestImages.cut(elf, elf.length - 1), "auto"), "ELF segment 0", "0x1000", "0x200");
    }

    @Test
    void elfForAnotherProcessorIsRefusedByName() {
        byte[] arm = TestImages.elf64(LINKED, LINKED, LINKED, 0);
        arm[18] = (byte) 183;
        assertSays(refusal(arm, "auto"), "another processor", "AArch64");
        byte[] object = TestImages.elf64(LINKED, LINKED, LINKED, 0);
        object[16] = 1;
        assertSays(refusal(object, "auto"), "relocatable object", "link it first");
    }

    @Test
    void entryOutsideEverySegmentIsRefused() {
        Elf elf = ((ElfImage) detect(TestImages.elf64(LINKED, LINKED, 0x99, 0))).elf();
        assertSays(assertThrows(LoadException.class, elf::physicalEntry).getMessage(), "0x99");
    }

    @Test
    void multibootHeaderWithImpossibleAddressesIsRefused() {
        byte[] image = new byte[0x2000];
        byte[] loadAboveHeader = TestImages.multiboot(image, 0x20, 1 << 16, 0x100000, 0x200000, 0, 0, 0x100000);
        assertSays(refusal(loadAboveHeader, "auto"), "impossible addresses", "header_addr 0x100000", "load_addr 0x200000");
        byte[] endBeforeStart = TestImages.multiboot(image, 0x20, 1 << 16, 0x100020, 0x100000, 0xf0000, 0, 0x100000);
        assertSays(refusal(endBeforeStart, "auto"), "load_end_addr 0xf0000");
        byte[] moreThanFile = TestImages.multiboot(image, 0x20, 1 << 16, 0x100020, 0x100000, 0x180000, 0, 0x100000);
        assertSays(refusal(moreThanFile, "auto"), "truncated");
    }

    @Test
    void unknownMultibootRequirementsAreRefused() {
        byte[] elf = TestImages.elf32(LINKED, LINKED, LINKED, 0);
        assertSays(refusal(TestImages.multiboot(elf, 0x400, 0x88), "auto"), "requires features 0x88");
        assertSays(refusal(TestImages.multiboot2(elf, 0x400, new int[] {99, 8}), "auto"), "header tag 99");
        assertSays(refusal(TestImages.multiboot2(elf, 0x400, new int[] {1, 12, 12}), "auto"), "information of type 12");
        assertEquals("multiboot2", detect(TestImages.multiboot2(elf, 0x400, new int[] {1 | 1 << 16, 12, 12})).format().toString());
        assertSays(refusal(TestImages.multiboot2(elf, 0x400, new int[] {3, 4}), "auto"), "tag 3 has 4 bytes");
    }

    @Test
    void oldAndLowKernelsAreRefused() {
        byte[] old = TestImages.bzImage(false, new byte[0]);
        old[0x206] = 1;
        old[0x207] = 2;
        assertSays(refusal(old, "auto"), "boot protocol 2.01");
        byte[] low = TestImages.bzImage(false, new byte[0]);
        low[0x211] = 0;
        assertSays(refusal(low, "auto"), "zImage");
    }

    @Test
    void filesAreReadFromDisk(@TempDir Path folder) throws Exception {
        Path kernel = Files.write(folder.resolve("kernel"), TestImages.bzImage(true, new byte[0]));
        assertInstanceOf(BzImage.class, GuestImage.detect(kernel, Format.AUTO));
        assertThrows(LoadException.class, () -> GuestImage.detect(folder.resolve("none"), Format.AUTO));
        assertThrows(LoadException.class, () -> GuestImage.detect(folder, Format.AUTO));
    }

    @Test
    void formatsAreReadAsTheUserWritesThem() {
        assertEquals(new Format(Format.Kind.FLAT, 0x7c00), Format.parse("flat"));
        assertEquals(new Format(Format.Kind.FLAT64, 0x10_0000), Format.parse("flat64@0x100000"));
        assertEquals(new Format(Format.Kind.FLAT, 512), Format.parse("flat@512"));
        assertEquals("flat@0x7c00", Format.parse("flat").toString());
        for (String bad : Arrays.asList("", "elf@5", "flat@", "flat@-1", "flat@x", "FLAT", "iso")) {
            assertThrows(LoadException.class, () -> Format.parse(bad), bad);
        }
    }
}
