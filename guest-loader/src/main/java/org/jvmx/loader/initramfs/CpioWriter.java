package org.jvmx.loader.initramfs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a cpio archive in the "newc" format of "initramfs buffer format". The same calls give the same bytes: owner is root, times are
 * zero, inodes are counted. Directories that a path needs are made with mode 0755.
 */
public final class CpioWriter {
    static final String MAGIC = "070701";
    static final String TRAILER = "TRAILER!!!";
    private static final int LONGEST_PATH = 4095;

    private final Map<String, CpioEntry> entries = new LinkedHashMap<>();

    public CpioWriter() {
    }

    public CpioWriter directory(String path, int permissions) {
        return add(new CpioEntry(path, CpioEntry.DIRECTORY | permissions, new byte[0], 0, 0));
    }

    public CpioWriter file(String path, int permissions, byte[] content) {
        return add(new CpioEntry(path, CpioEntry.FILE | permissions, content, 0, 0));
    }

    /** A symbolic link at {@code path} to {@code target}. */
    public CpioWriter symlink(String path, String target) {
        return add(new CpioEntry(path, CpioEntry.SYMLINK | 0777, target.getBytes(StandardCharsets.UTF_8), 0, 0));
    }

    public CpioWriter characterDevice(String path, int permissions, int major, int minor) {
        return add(new CpioEntry(path, CpioEntry.CHARACTER_DEVICE | permissions, new byte[0], major, minor));
    }

    public CpioWriter blockDevice(String path, int permissions, int major, int minor) {
        return add(new CpioEntry(path, CpioEntry.BLOCK_DEVICE | permissions, new byte[0], major, minor));
    }

    private CpioWriter add(CpioEntry entry) {
        String path = entry.path();
        boolean plain = !path.isEmpty() && !path.startsWith("/") && !path.endsWith("/") && !path.contains("//") && path.indexOf(0) < 0;
        if (!plain || path.length() > LONGEST_PATH || path.equals(TRAILER)) {
            throw new IllegalArgumentException("'%s' is no path for an archive: write it like dev/console".formatted(path));
        }
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            CpioEntry known = entries.computeIfAbsent(parent, p -> new CpioEntry(p, CpioEntry.DIRECTORY | 0755, new byte[0], 0, 0));
            if (!known.isDirectory()) {
                throw new IllegalArgumentException("'%s' cannot be below '%s', which is no directory".formatted(path, parent));
            }
        }
        CpioEntry before = entries.putIfAbsent(path, entry);
        if (before != null && !(before.isDirectory() && entry.isDirectory())) {
            throw new IllegalArgumentException("'%s' is in the archive already".formatted(path));
        }
        entries.put(path, entry);
        return this;
    }

    /** The archive, in the order of the calls. */
    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int inode = 1;
        for (CpioEntry entry : entries.values()) {
            write(out, entry, inode++);
        }
        write(out, new CpioEntry(TRAILER, 0, new byte[0], 0, 0), 0);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, CpioEntry entry, int inode) {
        byte[] name = entry.path().getBytes(StandardCharsets.UTF_8);
        int links = entry.isDirectory() ? 2 : 1;
        int size = entry.content().length;
        int[] fields = {inode, entry.mode(), 0, 0, links, 0, size, 0, 0, entry.major(), entry.minor(), name.length + 1, 0};
        StringBuilder header = new StringBuilder(MAGIC);
        for (int field : fields) {
            header.append("%08x".formatted(field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(name);
        out.write(0);
        pad(out);
        out.writeBytes(entry.content());
        pad(out);
    }

    private static void pad(ByteArrayOutputStream out) {
        while ((out.size() & 3) != 0) {
            out.write(0);
        }
    }
}
