package org.jvmx.loader.protocol;

import java.util.List;
import org.jvmx.loader.BootState;
import org.jvmx.loader.BootState.Register;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.loader.format.Elf;
import org.jvmx.loader.format.Multiboot2Image;

/** "Multiboot2 Specification version 2.0", "I386 machine state" and "Boot information format". */
final class Multiboot2Boot {
    private static final long MAGIC = 0x36d7_6289;
    private static final int TAG_END = 0;
    private static final int TAG_COMMAND_LINE = 1;
    private static final int TAG_LOADER_NAME = 2;
    private static final int TAG_MODULE = 3;
    private static final int TAG_MEMORY = 4;
    private static final int TAG_MAP = 6;
    private static final int TAG_FRAMEBUFFER = 8;
    private static final int TAG_ELF_SECTIONS = 9;
    private static final int TAG_OLD_RSDP = 14;
    private static final int TAG_NEW_RSDP = 15;
    private static final int TAG_LOAD_BASE = 21;
    private static final int EGA_TEXT = 2;
    private static final int MAP_ENTRY_SIZE = 24;
    private static final int OLD_RSDP_SIZE = 20;
    private static final int NEW_RSDP_SIZE = 36;
    private static final long LOWEST = 0x10_0000;

    private final Boot boot;
    private final Multiboot2Image image;

    Multiboot2Boot(Boot boot, Multiboot2Image image) {
        this.boot = boot;
        this.image = image;
    }

    BootState load() {
        Segments.checkEntry(boot, image.body(), image.entry());
        long shift = image.relocation() == null ? 0 : relocate(image.relocation());
        Segments.load(boot, image.body(), shift);
        long end = Segments.end(image.body()) + shift;
        List<Modules.Placed> modules = Modules.place(boot, end);
        byte[] sections = image.body() instanceof Elf elf ? ElfSymbols.load(boot, elf, end) : new byte[0];
        BootState state = Tables.prot32(boot, image.entry() + shift);
        long base = Segments.start(image.body()) + shift;
        long info = boot.writeInfo("the Multiboot 2 information", address -> information(address, base, modules, sections));
        return state.with(Register.RAX, MAGIC).with(Register.RBX, info);
    }

    /** How far above its linked place the image goes. */
    private long relocate(Multiboot2Image.Relocation wish) {
        long start = Segments.start(image.body());
        long size = Segments.end(image.body()) - start;
        long alignment = Math.max(wish.alignment(), 1);
        boolean linkedPlaceFits = start >= wish.min() && start + size - 1 <= wish.max() && (start & alignment - 1) == 0;
        if (wish.preference() == 0 && linkedPlaceFits && boot.placement().isFree(start, size)) {
            return 0;
        }
        long from = Math.max(wish.min(), LOWEST);
        long place = wish.preference() == 2 ? boot.placement().findHighest(size, alignment, from, wish.max() + 1)
                : boot.placement().findLowest(size, alignment, from, wish.max() + 1);
        if (place < 0) {
            throw boot.placement().noRoom("the relocatable kernel", size, from, wish.max() + 1);
        }
        return place - start;
    }

    private InfoBlock information(long address, long base, List<Modules.Placed> modules, byte[] sections) {
        InfoBlock info = new InfoBlock(address).skip(8);
        tag(info, TAG_COMMAND_LINE, new InfoBlock(0).text(MultibootBoot.commandLine(boot)));
        tag(info, TAG_LOADER_NAME, new InfoBlock(0).text(MultibootBoot.BOOT_LOADER));
        for (Modules.Placed module : modules) {
            tag(info, TAG_MODULE, new InfoBlock(0).u32(module.start()).u32(module.end()).text(module.commandLine()));
        }
        tag(info, TAG_MEMORY, new InfoBlock(0).u32(MultibootBoot.lowerMemory(boot)).u32(MultibootBoot.upperMemory(boot)));
        tag(info, TAG_MAP, memoryMap());
        if (boot.options().textScreen()) {
            tag(info, TAG_FRAMEBUFFER, new InfoBlock(0).u64(0xb_8000).u32(160).u32(80).u32(25).u8(16).u8(EGA_TEXT).u16(0));
        }
        if (sections.length > 0) {
            Elf.Sections headers = ((Elf) image.body()).sections();
            InfoBlock head = new InfoBlock(0).u32(headers.count()).u32(headers.entrySize()).u32(headers.names());
            tag(info, TAG_ELF_SECTIONS, head.append(sections));
        }
        rootPointer(info);
        tag(info, TAG_LOAD_BASE, new InfoBlock(0).u32(base));
        tag(info, TAG_END, new InfoBlock(0));
        info.put32(0, info.length());
        return info;
    }

    private InfoBlock memoryMap() {
        InfoBlock map = new InfoBlock(0).u32(MAP_ENTRY_SIZE).u32(0);
        for (MemoryMapEntry entry : boot.map()) {
            map.u64(entry.base()).u64(entry.size()).u32(entry.type().number()).u32(0);
        }
        return map;
    }

    /**
     * Copies the ACPI root pointer that the machine has put into memory: the ACPI 1.0 part, and all of it if it is of ACPI 2.0 or newer.
     */
    private void rootPointer(InfoBlock info) {
        long rsdp = boot.options().rsdp();
        if (rsdp == 0 || !boot.memory().contains(rsdp, NEW_RSDP_SIZE)) {
            return;
        }
        byte[] copy = new byte[OLD_RSDP_SIZE];
        boot.memory().read(rsdp, copy, 0, copy.length);
        tag(info, TAG_OLD_RSDP, new InfoBlock(0).append(copy));
        if (boot.memory().readByte(rsdp + 15) >= 2) {
            copy = new byte[NEW_RSDP_SIZE];
            boot.memory().read(rsdp, copy, 0, copy.length);
            tag(info, TAG_NEW_RSDP, new InfoBlock(0).append(copy));
        }
    }

    private static void tag(InfoBlock info, int type, InfoBlock content) {
        info.u32(type).u32(content.length() + 8L).append(content.toBytes()).align(8);
    }
}
