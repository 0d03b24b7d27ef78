package org.jvmx.loader.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.loader.format.BzImage;

/** struct boot_params, by "The Linux/x86 Boot Protocol" and "Zero Page": what a Linux kernel gets in RSI. */
final class ZeroPage {
    static final int SIZE = 4096;
    private static final int EXT_MEM_K = 0x002;
    private static final int VIDEO_MODE = 0x006;
    private static final int VIDEO_COLUMNS = 0x007;
    private static final int VIDEO_LINES = 0x00e;
    private static final int VIDEO_IS_VGA = 0x00f;
    private static final int VIDEO_POINTS = 0x010;
    private static final int ACPI_RSDP_ADDR = 0x070;
    private static final int EXT_RAMDISK_IMAGE = 0x0c0;
    private static final int EXT_RAMDISK_SIZE = 0x0c4;
    private static final int EXT_CMD_LINE_PTR = 0x0c8;
    private static final int ALT_MEM_K = 0x1e0;
    private static final int E820_ENTRIES = 0x1e8;
    private static final int E820_TABLE = 0x2d0;
    private static final int E820_MAX = 128;
    private static final int E820_SIZE = 20;

    private final byte[] bytes = new byte[SIZE];
    private final ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final LinuxHeader header;

    private ZeroPage(BzImage image) {
        header = image == null ? LinuxHeader.made(bytes) : LinuxHeader.copied(bytes, image);
    }

    /** With the setup header of {@code image}. */
    static ZeroPage of(BzImage image) {
        return new ZeroPage(image);
    }

    /** For a kernel without a setup header. */
    static ZeroPage bare() {
        return new ZeroPage(null);
    }

    LinuxHeader header() {
        return header;
    }

    void commandLine(long address) {
        header.commandLine(address);
        page.putInt(EXT_CMD_LINE_PTR, (int) (address >>> 32));
    }

    void initrd(long address, long size) {
        header.initrd(address, size);
        page.putInt(EXT_RAMDISK_IMAGE, (int) (address >>> 32)).putInt(EXT_RAMDISK_SIZE, (int) (size >>> 32));
    }

    /** Memory map, memory sizes, ACPI root pointer, and the text screen if there is one. */
    void machine(Boot boot) {
        List<MemoryMapEntry> map = boot.map();
        if (map.size() > E820_MAX) {
            throw boot.refuse("the memory map has %d entries and boot_params has room for %d", map.size(), E820_MAX);
        }
        page.put(E820_ENTRIES, (byte) map.size());
        int at = E820_TABLE;
        for (MemoryMapEntry entry : map) {
            page.putLong(at, entry.base()).putLong(at + 8, entry.size()).putInt(at + 16, entry.type().number());
            at += E820_SIZE;
        }
        long upper = boot.ramFrom(0x10_0000) >> 10;
        page.putShort(EXT_MEM_K, (short) Math.min(upper, 0xffff)).putInt(ALT_MEM_K, (int) Math.min(upper, 0xffff_ffffL));
        page.putLong(ACPI_RSDP_ADDR, boot.options().rsdp());
        if (boot.options().textScreen()) {
            page.put(VIDEO_MODE, (byte) 3).put(VIDEO_COLUMNS, (byte) 80).put(VIDEO_LINES, (byte) 25);
            page.put(VIDEO_IS_VGA, (byte) 1).putShort(VIDEO_POINTS, (short) 16);
        }
    }

    byte[] bytes() {
        return bytes;
    }
}
