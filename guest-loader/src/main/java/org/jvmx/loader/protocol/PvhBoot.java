package org.jvmx.loader.protocol;

import java.util.List;
import org.jvmx.loader.BootState;
import org.jvmx.loader.BootState.Register;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.loader.format.PvhImage;

/** "x86/HVM direct boot ABI" of the Xen documentation: 32-bit entry with EBX pointing to struct hvm_start_info, version 1. */
final class PvhBoot {
    private static final long MAGIC = 0x336e_c578;
    private static final int START_INFO_SIZE = 56;
    private static final int MODULE_SIZE = 32;
    private static final int MAP_ENTRY_SIZE = 24;

    private final Boot boot;
    private final PvhImage image;

    PvhBoot(Boot boot, PvhImage image) {
        this.boot = boot;
        this.image = image;
    }

    BootState load() {
        Segments.load(boot, image.elf(), 0);
        Segments.checkEntry(boot, image.elf(), image.entry());
        List<Modules.Placed> modules = Modules.place(boot, Segments.end(image.elf()));
        BootState state = Tables.prot32(boot, image.entry());
        long info = boot.writeInfo("the PVH start info", base -> startInfo(base, modules));
        return state.with(Register.RBX, info);
    }

    /** The structure, then memory map, modules and their texts, each pointing to the next. */
    private InfoBlock startInfo(long base, List<Modules.Placed> modules) {
        long map = base + START_INFO_SIZE;
        long list = map + (long) MAP_ENTRY_SIZE * boot.map().size();
        InfoBlock texts = new InfoBlock(list + (long) MODULE_SIZE * modules.size());
        long commandLine = texts.here();
        texts.text(boot.options().commandLine());
        InfoBlock info = new InfoBlock(base).u32(MAGIC).u32(1).u32(0).u32(modules.size()).u64(modules.isEmpty() ? 0 : list);
        info.u64(commandLine).u64(boot.options().rsdp()).u64(map).u32(boot.map().size()).u32(0);
        for (MemoryMapEntry entry : boot.map()) {
            info.u64(entry.base()).u64(entry.size()).u32(entry.type().number()).u32(0);
        }
        for (Modules.Placed module : modules) {
            info.u64(module.start()).u64(module.end() - module.start()).u64(texts.here()).u64(0);
            texts.text(module.commandLine());
        }
        return info.append(texts.toBytes());
    }
}
