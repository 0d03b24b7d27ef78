package org.jvmx.loader.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jvmx.loader.format.BzImage;

/**
 * The fields of the Linux setup header that the boot loader fills in, by "The Linux/x86 Boot Protocol". They have the same offsets in the
 * setup code and in boot_params.
 */
final class LinuxHeader {
    private static final int BOOT_FLAG = 0x1fe;
    private static final int MAGIC = 0x202;
    private static final int VERSION = 0x206;
    private static final int TYPE_OF_LOADER = 0x210;
    private static final int LOADFLAGS = 0x211;
    private static final int CODE32_START = 0x214;
    private static final int RAMDISK_IMAGE = 0x218;
    private static final int RAMDISK_SIZE = 0x21c;
    private static final int HEAP_END_PTR = 0x224;
    private static final int CMD_LINE_PTR = 0x228;
    private static final int KERNEL_ALIGNMENT = 0x230;
    private static final int UNKNOWN_LOADER = 0xff;
    private static final int LOADED_HIGH = 1;
    private static final int CAN_USE_HEAP = 0x80;

    private final ByteBuffer buffer;

    private LinuxHeader(byte[] page) {
        buffer = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(TYPE_OF_LOADER, (byte) UNKNOWN_LOADER);
    }

    /** The header as it is in the setup code of a kernel, {@code setup}, which is changed. */
    static LinuxHeader inSetup(byte[] setup) {
        return new LinuxHeader(setup);
    }

    /** The header of {@code image}, copied into an empty boot_params. */
    static LinuxHeader copied(byte[] bootParams, BzImage image) {
        System.arraycopy(image.file().array(), BzImage.HEADER, bootParams, BzImage.HEADER, image.headerEnd() - BzImage.HEADER);
        return new LinuxHeader(bootParams);
    }

    /** A header in an empty boot_params for a kernel that has none: a bare vmlinux. */
    static LinuxHeader made(byte[] bootParams) {
        LinuxHeader header = new LinuxHeader(bootParams);
        header.buffer.putShort(BOOT_FLAG, (short) 0xaa55).putInt(MAGIC, 0x5372_6448).putShort(VERSION, (short) 0x20c);
        header.buffer.put(LOADFLAGS, (byte) LOADED_HIGH).putInt(KERNEL_ALIGNMENT, 0x100_0000);
        return header;
    }

    void kernelAt(long address) {
        buffer.putInt(CODE32_START, (int) address);
    }

    void commandLine(long address) {
        buffer.putInt(CMD_LINE_PTR, (int) address);
    }

    void initrd(long address, long size) {
        buffer.putInt(RAMDISK_IMAGE, (int) address).putInt(RAMDISK_SIZE, (int) size);
    }

    /** The setup code may use memory up to {@code end}, an offset in its segment, as heap. */
    void heapEnd(int end) {
        buffer.putShort(HEAP_END_PTR, (short) (end - 0x200)).put(LOADFLAGS, (byte) (buffer.get(LOADFLAGS) | CAN_USE_HEAP));
    }
}
