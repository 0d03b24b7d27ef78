package org.jvmx.loader.format;

import java.util.Arrays;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;

/**
 * A Linux kernel with the setup header of "The Linux/x86 Boot Protocol". Fields that a protocol version lacks have the values which the
 * protocol says to assume.
 */
public record BzImage(ImageBytes file) implements GuestImage {
    /** Offset of the setup header, in the file and in boot_params. */
    public static final int HEADER = 0x1f1;

    /** xloadflags: the kernel has the 64-bit entry point at 0x200. */
    public static final int XLF_KERNEL_64 = 1;

    /** xloadflags: kernel, boot_params, command line and initrd may be above 4 GiB. */
    public static final int XLF_CAN_BE_LOADED_ABOVE_4G = 2;

    private static final int MAGIC = 0x5372_6448;
    private static final int LOADED_HIGH = 1;
    private static final int OLDEST = 0x202;

    static boolean recognises(ImageBytes file) {
        return file.has(0x202, 4) && file.i32(0x202) == MAGIC;
    }

    static BzImage parse(ImageBytes file) {
        file.require(0x1f1, 0x228 + 4 - 0x1f1, "the Linux setup header");
        BzImage image = new BzImage(file);
        if (image.version() < OLDEST) {
            throw new LoadException("%s is a Linux kernel of boot protocol %s: JVMX starts 2.02 (Linux 2.4) and newer"
                    .formatted(file.name(), image.versionText()));
        }
        if ((file.u8(0x211) & LOADED_HIGH) == 0) {
            throw new LoadException("%s is a zImage, a Linux kernel for low memory: JVMX starts bzImages, build one with 'make bzImage'"
                    .formatted(file.name()));
        }
        long size = image.kernelOffset() + image.kernelSize();
        if (image.kernelSize() == 0 || size > file.length()) {
            throw new LoadException(("%s is a truncated bzImage: its header announces %d bytes (%d setup sectors, %d bytes of kernel), "
                    + "the file has %d")
                    .formatted(file.name(), size, image.kernelOffset() / 512 - 1, image.kernelSize(), file.length()));
        }
        return image;
    }

    @Override
    public Format format() {
        return Format.of(Format.Kind.BZIMAGE);
    }

    /** The protocol's version: 0x20c is 2.12. */
    public int version() {
        return file.u16(0x206);
    }

    private String versionText() {
        return "%d.%02d".formatted(version() >> 8, version() & 0xff);
    }

    /** Where the protected-mode code begins in the file, which is the size of boot sector and setup code. */
    public int kernelOffset() {
        int sectors = file.u8(0x1f1);
        return ((sectors == 0 ? 4 : sectors) + 1) * 512;
    }

    /** Bytes of protected-mode code. */
    public long kernelSize() {
        return (version() >= 0x204 ? file.u32(0x1f4) : file.u16(0x1f4)) * 16;
    }

    /** Where the setup header ends, from the length in its jump instruction; never beyond the space for it in boot_params. */
    public int headerEnd() {
        return Math.min(0x202 + file.u8(0x201), 0x290);
    }

    /** Longest command line, without the terminating zero. */
    public long commandLineSize() {
        return version() >= 0x206 ? file.u32(0x238) : 255;
    }

    /** The highest address that a byte of the initrd may have. */
    public long initrdAddressMax() {
        return version() >= 0x203 ? file.u32(0x22c) : 0x37ff_ffffL;
    }

    public boolean relocatable() {
        return version() >= 0x205 && file.u8(0x234) != 0;
    }

    /** Alignment of a relocatable kernel; at least a page. */
    public long alignment() {
        long alignment = version() >= 0x205 ? file.u32(0x230) : 0x10_0000;
        if (Long.bitCount(alignment) != 1) {
            throw new LoadException("%s is corrupt: its kernel_alignment 0x%x is no power of two".formatted(file.name(), alignment));
        }
        return Math.max(alignment, 4096);
    }

    /** Where the kernel wants to run. */
    public long preferredAddress() {
        return version() >= 0x20a ? file.u64(0x258) : 0x10_0000;
    }

    /** Bytes of memory that the kernel needs from where it runs, before it has looked at the memory map. */
    public long initSize() {
        return version() >= 0x20a ? Math.max(file.u32(0x260), kernelSize()) : kernelSize();
    }

    /** The flags XLF_KERNEL_64 and so on. */
    public int extendedLoadFlags() {
        return version() >= 0x20c ? file.u16(0x236) : 0;
    }

    /** Whether the kernel may be entered in 64-bit mode. */
    public boolean entry64() {
        return (extendedLoadFlags() & XLF_KERNEL_64) != 0;
    }

    /** A copy of the compressed kernel, as it is in the protected-mode code. */
    public byte[] payload() {
        if (version() < 0x208) {
            throw new LoadException("%s cannot be unpacked: boot protocol %s does not say where the payload is, start it without unpacking"
                    .formatted(file.name(), versionText()));
        }
        long offset = kernelOffset() + file.u32(0x248);
        long size = file.u32(0x24c);
        file.require(offset, size, "the kernel's payload");
        return Arrays.copyOfRange(file.array(), (int) offset, (int) (offset + size));
    }
}
