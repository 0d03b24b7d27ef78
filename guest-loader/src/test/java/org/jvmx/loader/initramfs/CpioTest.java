package org.jvmx.loader.initramfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.loader.LoadException;

class CpioTest {
    private static CpioWriter sample() {
        return new CpioWriter()
                .directory("proc", 0555)
                .file("bin/busybox", 0755, new byte[] {1, 2, 3})
                .symlink("bin/sh", "busybox")
                .characterDevice("dev/console", 0600, 5, 1)
                .blockDevice("dev/vda", 0660, 254, 0)
                .file("init", 0755, "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void whatIsWrittenIsRead() {
        List<CpioEntry> entries = CpioReader.read(sample().toBytes());
        assertEquals(List.of("proc", "bin", "bin/busybox", "bin/sh", "dev", "dev/console", "dev/vda", "init"),
                entries.stream().map(CpioEntry::path).toList());
        assertEquals(0040555, entries.get(0).mode());
        assertEquals(0040755, entries.get(1).mode());
        assertArrayEquals(new byte[] {1, 2, 3}, entries.get(2).content());
        assertEquals("busybox", new String(entries.get(3).content(), StandardCharsets.US_ASCII));
        assertEquals(0020600, entries.get(5).mode());
        assertEquals(5, entries.get(5).major());
        assertEquals(1, entries.get(5).minor());
        assertEquals(0060660, entries.get(6).mode());
    }

    @Test
    void headerHasTheNewcLayout() {
        String archive = new String(new CpioWriter().file("init", 0755, new byte[5]).toBytes(), StandardCharsets.ISO_8859_1);
        String fields = "00000001" + "000081ed" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005" + "00000000".repeat(4)
                + "00000005"
                + "00000000";
        assertTrue(archive.startsWith("070701" + fields + "init\0"), archive);
        assertEquals(0, archive.length() % 4);
    }

    @Test
    void sameCallsGiveTheSameBytes() {
        assertArrayEquals(sample().toBytes(), sample().toBytes());
    }

    @Test
    void badPathsAreRefused() {
        for (String path : new String[] {"", "/init", "bin/", "a//b", "TRAILER!!!"}) {
            assertThrows(IllegalArgumentException.class, () -> new CpioWriter().directory(path, 0755), path);
        }
        assertThrows(IllegalArgumentException.class, () -> new CpioWriter().file("a", 0644, new byte[0]).file("a/b", 0644, new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> new CpioWriter().file("a", 0644, new byte[0]).file("a", 0644, new byte[0]));
    }

    @Test
    void mutatedArchivesAreReadOrRefused() {
        SplittableRandom random = new SplittableRandom(7);
        byte[] archive = sample().toBytes();
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] mutated = Arrays.copyOf(archive, random.nextInt(3) == 0 ? random.nextInt(archive.length) : archive.length);
            if (mutated.length > 0) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(128);
            }
            try {
                CpioReader.read(mutated);
            } catch (LoadException e) {
                refused++;
            }
        }
        assertTrue(refused > 1000, "only %d were refused".formatted(refused));
    }

    @Test
    void cpioToolListsTheSame(@TempDir Path folder) throws Exception {
        Path archive = Files.write(folder.resolve("archive"), sample().toBytes());
        Process process;
        try {
            process = new ProcessBuilder("cpio", "-itv", "--numeric-uid-gid").redirectInput(archive.toFile())
                    .redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "skipped: there is no cpio on this machine");
            return;
        }
        String listing = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), listing);
        assertTrue(listing.contains("bin/sh -> busybox") && listing.contains("brw-rw----") && listing.contains("254"), listing);
        assertTrue(listing.lines().anyMatch(line -> line.startsWith("crw-------") && line.endsWith("dev/console")), listing);
    }
}
