package org.jvmx.loader.initramfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jvmx.loader.LoadException;

/** Reads a cpio archive in the "newc" format. */
public final class CpioReader {
    private static final int HEADER = 110;

    private final byte[] bytes;
    private int at;

    private CpioReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The entries up to the trailer, in order.
     *
     * @throws LoadException if it is no such archive
     */
    public static List<CpioEntry> read(byte[] archive) {
        CpioReader reader = new CpioReader(archive);
        List<CpioEntry> entries = new ArrayList<>();
        for (CpioEntry entry = reader.next(); !entry.path().equals(CpioWriter.TRAILER); entry = reader.next()) {
            entries.add(entry);
        }
        return entries;
    }

    private CpioEntry next() {
        int header = at;
        if (!new String(take(HEADER), 0, 6, StandardCharsets.ISO_8859_1).equals(CpioWriter.MAGIC)) {
            throw new LoadException("no cpio archive of the newc format: at offset %d is no entry that begins with %s"
                    .formatted(header, CpioWriter.MAGIC));
        }
        byte[] name = take(field(header, 11));
        align();
        byte[] content = take(field(header, 6));
        align();
        int length = Math.max(name.length - 1, 0);
        String path = new String(name, 0, length, StandardCharsets.UTF_8);
        return new CpioEntry(path, field(header, 1), content, field(header, 9), field(header, 10));
    }

    private int field(int header, int index) {
        int start = header + 6 + 8 * index;
        try {
            return Integer.parseInt(new String(bytes, start, 8, StandardCharsets.ISO_8859_1), 16);
        } catch (NumberFormatException e) {
            throw new LoadException("the cpio entry at offset %d is corrupt: field %d is no number".formatted(header, index), e);
        }
    }

    private byte[] take(int count) {
        if (count < 0 || count > bytes.length - at) {
            throw new LoadException("the cpio archive is truncated: at offset %d of %d, %d more bytes are needed"
                    .formatted(at, bytes.length, count));
        }
        at += count;
        return Arrays.copyOfRange(bytes, at - count, at);
    }

    private void align() {
        at = Math.min(at + 3 & -4, bytes.length);
    }
}
