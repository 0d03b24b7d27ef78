package org.jvmx.loader.protocol;

import java.util.Arrays;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.BootState;
import org.jvmx.loader.BootState.Register;
import org.jvmx.loader.format.BzImage;
import org.jvmx.loader.format.Elf;
import org.jvmx.loader.format.ImageBytes;
import org.jvmx.loader.payload.Payload;

/**
 * "The Linux/x86 Boot Protocol": the 64-bit, the 32-bit and the 16-bit entry of a bzImage, and the kernel inside it entered directly. The
 * 16-bit entry calls a BIOS, so it is taken only when asked for.
 */
final class LinuxBoot {
    private static final long HIGH = 0x10_0000;
    private static final int ENTRY64 = 0x200;
    private static final int SETUP_SEGMENT = 0x1000;
    private static final int SETUP_SIZE = 0x1_0000;
    private static final int HEAP_END = 0xe000;
    private static final int LARGEST_SETUP = 0xa000;

    private final Boot boot;
    private final BzImage image;

    LinuxBoot(Boot boot, BzImage image) {
        this.boot = boot;
        this.image = image;
    }

    BootState load() {
        if (boot.options().unpackPayload()) {
            return unpacked();
        }
        return switch (boot.options().entry()) {
            case AUTO -> image.entry64() ? entry64() : entry32();
            case REAL16 -> entry16();
            case PROT32 -> entry32();
            case LONG64 -> entry64();
        };
    }

    private BootState entry64() {
        if (!image.entry64()) {
            throw boot.refuse("it has no 64-bit entry (xloadflags 0x%x lacks bit 0): enter it in mode PROT32", image.extendedLoadFlags());
        }
        long kernel = placeKernel();
        BootState state = Tables.long64(boot, kernel + ENTRY64);
        return state.with(Register.RSI, parameters(kernel));
    }

    private BootState entry32() {
        long kernel = placeKernel();
        BootState state = Tables.prot32(boot, kernel);
        return state.with(Register.RSI, parameters(kernel));
    }

    private long parameters(long kernel) {
        ZeroPage page = ZeroPage.of(image);
        page.header().kernelAt(kernel);
        boolean above4G = (image.extendedLoadFlags() & BzImage.XLF_CAN_BE_LOADED_ABOVE_4G) != 0 && image.entry64();
        return LinuxParts.write(boot, page, image.commandLineSize(), image.initrdAddressMax(), above4G);
    }

    /** Copies the protected-mode code to where the kernel wants to run, or if it is relocatable as near above as there is room. */
    private long placeKernel() {
        long wanted = image.preferredAddress();
        long size = image.initSize();
        long address = wanted;
        if (image.relocatable()) {
            address = wanted < 0 ? -1
                    : boot.placement().lowest("the kernel", size, image.alignment(), Math.max(wanted, HIGH), Placement.FOUR_GIB);
            if (address < 0) {
                throw boot.placement().noRoom("the kernel (init_size)", size, wanted, Placement.FOUR_GIB);
            }
        } else {
            boot.placement().claim("the kernel (init_size)", wanted, size);
        }
        boot.memory().write(address, image.file().array(), image.kernelOffset(), (int) image.kernelSize());
        return address;
    }

    private BootState entry16() {
        int setupSize = image.kernelOffset();
        if (setupSize > LARGEST_SETUP) {
            throw boot.refuse("its setup code has %d bytes and the 16-bit entry has room for %d: enter it in mode PROT32 or LONG64",
                    setupSize, LARGEST_SETUP);
        }
        boot.placement().claim("the setup code", (long) SETUP_SEGMENT << 4, SETUP_SIZE);
        boot.placement().claim("the kernel", HIGH, image.kernelSize());
        boot.memory().write(HIGH, image.file().array(), setupSize, (int) image.kernelSize());
        byte[] setup = Arrays.copyOf(image.file().array(), setupSize);
        LinuxHeader header = LinuxHeader.inSetup(setup);
        header.kernelAt(HIGH);
        header.heapEnd(HEAP_END);
        header.commandLine(LinuxParts.commandLine(boot, image.commandLineSize()));
        if (boot.options().initrd().length > 0) {
            header.initrd(LinuxParts.initrd(boot, image.initrdAddressMax(), false), boot.options().initrd().length);
        }
        boot.memory().write((long) SETUP_SEGMENT << 4, setup);
        return BootState.real16(SETUP_SEGMENT + 0x20, SETUP_SEGMENT, 0).with(Register.RSP, HEAP_END);
    }

    /** The payload at its linked address, without address randomisation, entered as the decompressor would. */
    private BootState unpacked() {
        byte[] kernel = Payload.unpack(image.file().name(), image.payload());
        Elf elf = Elf.parse(new ImageBytes(image.file().name() + " (unpacked)", kernel));
        BootOptions.Entry wish = boot.options().entry();
        BootOptions.Entry only = elf.wide() ? BootOptions.Entry.LONG64 : BootOptions.Entry.PROT32;
        if (wish != BootOptions.Entry.AUTO && wish != only) {
            throw boot.refuse("the kernel inside it is entered in mode %s, not %s", only, wish);
        }
        return ElfBoot.load(boot.with(elf.file()), elf, image);
    }
}
