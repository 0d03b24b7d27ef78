package org.jvmx.loader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Small images that the tests make themselves. */
public final class TestImages {
    /** Where the ELF images are linked, and the code in them. */
    public static final long LINKED = 0x10_0000;
    public static final int CODE_OFFSET = 0x1000;
    public static final int CODE_SIZE = 0x200;
    public static final int BSS_SIZE = 0x300;
    private static final int KERNEL_SECTORS = 32;

    private TestImages() {
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** {@code size} bytes that are not zero. */
    public static byte[] code(int size) {
        byte[] code = new byte[size];
        for (int i = 0; i < size; i++) {
            code[i] = (byte) (i * 7 | 1);
        }
        return code;
    }

    /** An ELF64 file with one loaded segment, virtual address {@code virtual}, and a note that may hold a PVH entry (0 for none). */
    public static byte[] elf64(long virtual, long physical, long entry, int pvhEntry) {
        ByteBuffer elf = little(CODE_OFFSET + CODE_SIZE);
        elf.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        elf.putShort((short) 2).putShort((short) 62).putInt(1).putLong(entry).putLong(64).putLong(0).putInt(0);
        elf.putShort((short) 64).putShort((short) 56).putShort((short) 2).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        elf.putInt(1).putInt(5).putLong(CODE_OFFSET).putLong(virtual).putLong(physical).putLong(CODE_SIZE).putLong(CODE_SIZE + BSS_SIZE)
                .putLong(0x1000);
        elf.putInt(4).putInt(4).putLong(0x200).putLong(0).putLong(0).putLong(20).putLong(20).putLong(4);
        note(elf, pvhEntry);
        return elf.put(CODE_OFFSET, code(CODE_SIZE)).array();
    }

    /** An ELF32 file like {@link #elf64}. */
    public static byte[] elf32(int virtual, int physical, int entry, int pvhEntry) {
        ByteBuffer elf = little(CODE_OFFSET + CODE_SIZE);
        elf.putInt(0x464c457f).put((byte) 1).put((byte) 1).put((byte) 1).position(16);
        elf.putShort((short) 2).putShort((short) 3).putInt(1).putInt(entry).putInt(52).putInt(0).putInt(0);
        elf.putShort((short) 52).putShort((short) 32).putShort((short) 2).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        elf.putInt(1).putInt(CODE_OFFSET).putInt(virtual).putInt(physical).putInt(CODE_SIZE).putInt(CODE_SIZE + BSS_SIZE);
        elf.putInt(5).putInt(0x1000);
        elf.putInt(4).putInt(0x200).putInt(0).putInt(0).putInt(20).putInt(20).putInt(4).putInt(4);
        note(elf, pvhEntry);
        return elf.put(CODE_OFFSET, code(CODE_SIZE)).array();
    }

    private static void note(ByteBuffer elf, int pvhEntry) {
        elf.position(0x200).putInt(4).putInt(4).putInt(pvhEntry == 0 ? 17 : 18).putInt(0x6e6558).putInt(pvhEntry);
    }

    /** Adds a section table to an ELF32 image: the null section, a symbol table of 16 bytes and a string table of 8. */
    public static byte[] withSections32(byte[] elf) {
        int table = elf.length + 24;
        ByteBuffer out = little(table + 3 * 40).put(elf).put(code(24));
        out.putInt(32, table).putShort(46, (short) 40).putShort(48, (short) 3).putShort(50, (short) 2);
        out.position(table + 40).putInt(1).putInt(2).putInt(0).putInt(0).putInt(elf.length).putInt(16);
        out.position(table + 80).putInt(9).putInt(3).putInt(0).putInt(0).putInt(elf.length + 16).putInt(8);
        return out.array();
    }

    /** Puts a Multiboot 1 header into an image. */
    public static byte[] multiboot(byte[] image, int offset, int flags, int... addresses) {
        ByteBuffer out = ByteBuffer.wrap(image.clone()).order(ByteOrder.LITTLE_ENDIAN).position(offset);
        out.putInt(0x1badb002).putInt(flags).putInt(-(0x1badb002 + flags));
        for (int address : addresses) {
            out.putInt(address);
        }
        return out.array();
    }

    /** Puts a Multiboot 2 header with these tags, and the end tag, into an image; each tag is its 32-bit words. */
    public static byte[] multiboot2(byte[] image, int offset, int[]... tags) {
        ByteBuffer out = ByteBuffer.wrap(image.clone()).order(ByteOrder.LITTLE_ENDIAN).position(offset + 16);
        for (int[] tag : tags) {
            for (int word : tag) {
                out.putInt(word);
            }
            out.position(offset + (out.position() - offset + 7 & -8));
        }
        out.putInt(0).putInt(8);
        int length = out.position() - offset;
        out.putInt(offset, 0xe85250d6).putInt(offset + 4, 0).putInt(offset + 8, length).putInt(offset + 12, -(0xe85250d6 + length));
        return out.array();
    }

    /** A bzImage of protocol 2.15 with 4 setup sectors and 16 KiB of kernel; {@code payload} is inside. */
    public static byte[] bzImage(boolean entry64, byte[] payload) {
        int setup = 5 * 512;
        int kernel = Math.max(KERNEL_SECTORS * 512, (payload.length + 0x1000 + 511) & -512);
        ByteBuffer out = little(setup + kernel).put(setup, code(kernel));
        out.put(0x1f1, (byte) 4).putInt(0x1f4, kernel / 16).putShort(0x1fe, (short) 0xaa55).putShort(0x200, (short) 0x66eb);
        out.putInt(0x202, 0x53726448).putShort(0x206, (short) 0x20f).put(0x211, (byte) 1).putInt(0x214, 0x100000);
        out.putInt(0x22c, 0x7fffffff).putInt(0x230, 0x200000).put(0x234, (byte) 1).put(0x235, (byte) 21);
        out.putShort(0x236, (short) (entry64 ? 3 : 0)).putInt(0x238, 2047).putInt(0x248, 0x800).putInt(0x24c, payload.length);
        out.putLong(0x258, 0x100_0000).putInt(0x260, 0x10_0000);
        return out.put(setup + 0x800, payload).array();
    }

    /** The file cut to {@code size} bytes. */
    public static byte[] cut(byte[] file, int size) {
        return Arrays.copyOf(file, size);
    }
}
