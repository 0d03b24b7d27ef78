package org.jvmx.tools.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.loader.initramfs.CpioEntry;
import org.jvmx.loader.initramfs.CpioReader;

class LinuxGuestTest {
    @TempDir
    private Path folder;

    @Test
    void theCacheIsWhereTheEnvironmentSays() {
        assertEquals(Path.of("/x/jvmx"), CacheFolder.of(Map.of("XDG_CACHE_HOME", "/x", "HOME", "/h")));
        assertEquals(Path.of("/h/.cache/jvmx"), CacheFolder.of(Map.of("XDG_CACHE_HOME", "relative", "HOME", "/h")));
    }

    @Test
    void aChangedFileInTheCacheIsNoticed() throws IOException {
        assertFalse(LinuxGuest.intact(folder));
        Files.writeString(folder.resolve("vmlinuz"), "abc");
        Files.writeString(folder.resolve("SHA256SUMS"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  vmlinuz\n");
        assertTrue(LinuxGuest.intact(folder));
        Files.writeString(folder.resolve("vmlinuz"), "abd");
        assertFalse(LinuxGuest.intact(folder));
    }

    @Test
    void theFileSystemHoldsWhatInitNeeds() {
        byte[] busybox = "not really".getBytes(StandardCharsets.US_ASCII);
        byte[] archive = Initramfs.around(busybox, Initramfs.SHELL);
        List<CpioEntry> entries = CpioReader.read(archive);
        List<String> paths = entries.stream().map(CpioEntry::path).toList();
        assertTrue(paths.containsAll(List.of("init", "bin/busybox", "bin/sh", "dev/console", "proc", "sys")), paths::toString);
        CpioEntry init = entries.stream().filter(entry -> entry.path().equals("init")).findFirst().orElseThrow();
        assertEquals(CpioEntry.FILE | 0755, init.mode());
        assertTrue(new String(init.content(), StandardCharsets.US_ASCII).startsWith("#!/bin/busybox sh\n"));
        assertArrayEquals(archive, Initramfs.around(busybox, Initramfs.SHELL));
    }
}
