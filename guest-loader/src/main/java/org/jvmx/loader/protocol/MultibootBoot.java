package org.jvmx.loader.protocol;

import java.util.List;
import org.jvmx.loader.BootState;
import org.jvmx.loader.BootState.Register;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.loader.format.Elf;
import org.jvmx.loader.format.MultibootImage;

/**
 * "Multiboot Specification version 0.6.96", "Machine state" and "Boot information format". A kernel that asks for a video mode gets the
 * text screen; a 64-bit ELF file is entered in the same 32-bit state.
 */
final class MultibootBoot {
    static final String BOOT_LOADER = "JVMX";
    private static final long MAGIC = 0x2bad_b002;
    private static final int INFO_SIZE = 116;
    private static final int MODULE_SIZE = 16;
    private static final int MAP_ENTRY_SIZE = 24;
    private static final int HAS_MEMORY = 1;
    private static final int HAS_COMMAND_LINE = 1 << 2;
    private static final int HAS_MODULES = 1 << 3;
    private static final int HAS_ELF_SECTIONS = 1 << 5;
    private static final int HAS_MAP = 1 << 6;
    private static final int HAS_LOADER_NAME = 1 << 9;
    private static final int HAS_FRAMEBUFFER = 1 << 12;
    private static final int ELF_FIELDS = 28;
    private static final int FRAMEBUFFER_FIELDS = 88;
    private static final int EGA_TEXT = 2;

    private final Boot boot;
    private final MultibootImage image;

    MultibootBoot(Boot boot, MultibootImage image) {
        this.boot = boot;
        this.image = image;
    }

    BootState load() {
        Segments.load(boot, image.body(), 0);
        Segments.checkEntry(boot, image.body(), image.entry());
        long end = Segments.end(image.body());
        List<Modules.Placed> modules = Modules.place(boot, end);
        byte[] sections = image.body() instanceof Elf elf ? ElfSymbols.load(boot, elf, end) : new byte[0];
        BootState state = Tables.prot32(boot, image.entry());
        long info = boot.writeInfo("the Multiboot information", base -> information(base, modules, sections));
        return state.with(Register.RAX, MAGIC).with(Register.RBX, info);
    }

    private InfoBlock information(long base, List<Modules.Placed> modules, byte[] sections) {
        InfoBlock info = new InfoBlock(base);
        int flags = HAS_MEMORY | HAS_COMMAND_LINE | HAS_MODULES | HAS_MAP | HAS_LOADER_NAME;
        info.skip(4).u32(lowerMemory(boot)).u32(upperMemory(boot)).skip(INFO_SIZE - 12);
        info.put32(16, info.here());
        info.text(commandLine(boot));
        info.put32(64, info.here());
        info.text(BOOT_LOADER).align(8);
        modules(info, modules);
        memoryMap(info);
        if (sections.length > 0) {
            flags |= HAS_ELF_SECTIONS;
            elfSections(info, sections);
        }
        if ((image.flags() & MultibootImage.VIDEO_MODE) != 0 && boot.options().textScreen()) {
            flags |= HAS_FRAMEBUFFER;
            textScreen(info);
        }
        info.put32(0, flags);
        return info;
    }

    private static void modules(InfoBlock info, List<Modules.Placed> modules) {
        info.put32(20, modules.size());
        info.put32(24, info.here());
        int list = info.length();
        info.skip(MODULE_SIZE * modules.size());
        for (Modules.Placed module : modules) {
            info.put32(list, module.start());
            info.put32(list + 4, module.end());
            info.put32(list + 8, info.here());
            info.text(module.commandLine());
            list += MODULE_SIZE;
        }
        info.align(8);
    }

    private void memoryMap(InfoBlock info) {
        info.put32(44, (long) MAP_ENTRY_SIZE * boot.map().size());
        info.put32(48, info.here());
        for (MemoryMapEntry entry : boot.map()) {
            info.u32(MAP_ENTRY_SIZE - 4).u64(entry.base()).u64(entry.size()).u32(entry.type().number());
        }
    }

    private void elfSections(InfoBlock info, byte[] table) {
        Elf.Sections sections = ((Elf) image.body()).sections();
        info.put32(ELF_FIELDS, sections.count());
        info.put32(ELF_FIELDS + 4, sections.entrySize());
        info.put32(ELF_FIELDS + 8, info.here());
        info.put32(ELF_FIELDS + 12, sections.names());
        info.append(table);
    }

    private static void textScreen(InfoBlock info) {
        info.put32(FRAMEBUFFER_FIELDS, 0xb_8000);
        info.put32(FRAMEBUFFER_FIELDS + 8, 160);
        info.put32(FRAMEBUFFER_FIELDS + 12, 80);
        info.put32(FRAMEBUFFER_FIELDS + 16, 25);
        info.put32(FRAMEBUFFER_FIELDS + 20, 16 | EGA_TEXT << 8);
    }

    /** The kernel's file name, a space and what the user appended. */
    static String commandLine(Boot boot) {
        return boot.options().kernelName() + " " + boot.options().commandLine();
    }

    /** KiB of RAM from address 0, at most 640. */
    static long lowerMemory(Boot boot) {
        return Math.min(boot.ramFrom(0) >> 10, 640);
    }

    /** KiB of RAM from 1 MiB up to the first hole. */
    static long upperMemory(Boot boot) {
        return Math.min(boot.ramFrom(0x10_0000) >> 10, 0xffff_ffffL);
    }
}
