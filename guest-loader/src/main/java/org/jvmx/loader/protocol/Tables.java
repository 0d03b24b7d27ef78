package org.jvmx.loader.protocol;

import org.jvmx.loader.BootState;

/** The GDT and the identity-mapping page tables that a flat start in protected or long mode needs. */
final class Tables {
    private static final long GDT = 0x500;
    private static final long PAGE_TABLES = 0x1000;
    private static final int PAGE = 0x1000;
    private static final int ENTRIES = 512;
    private static final int DIRECTORIES = 4;
    private static final int PRESENT_WRITABLE = 3;
    private static final int LARGE_PAGE = 0x83;
    private static final long CODE32 = 0x00cf_9b00_0000_ffffL;
    private static final long CODE64 = 0x00af_9b00_0000_ffffL;
    private static final long DATA = 0x00cf_9300_0000_ffffL;
    private static final int GDT_SIZE = 32;

    private Tables() {
    }

    /** Writes what protected mode needs and gives the state at {@code entry}. */
    static BootState prot32(Boot boot, long entry) {
        if (entry < 0 || entry >= Placement.FOUR_GIB) {
            throw boot.refuse("its entry 0x%x is above 4 GiB and it starts in 32-bit mode", entry);
        }
        return BootState.prot32(entry, gdt(boot, CODE32)).with(BootState.Register.RSP, FlatBoot.STACK);
    }

    /** Writes what long mode needs and gives the state at {@code entry}. */
    static BootState long64(Boot boot, long entry) {
        if (entry < 0 || entry >= Placement.FOUR_GIB) {
            throw boot.refuse("its entry 0x%x is above 4 GiB, and only the first 4 GiB are mapped at entry", entry);
        }
        return BootState.long64(entry, gdt(boot, CODE64), pageTables(boot)).with(BootState.Register.RSP, FlatBoot.STACK);
    }

    private static BootState.Table gdt(Boot boot, long code) {
        long gdt = boot.placement().low("the GDT", GDT, GDT_SIZE, 16);
        boot.memory().clear(gdt, GDT_SIZE);
        boot.memory().writeLong(gdt + BootState.CODE_SELECTOR, code);
        boot.memory().writeLong(gdt + BootState.DATA_SELECTOR, DATA);
        return new BootState.Table(gdt, GDT_SIZE - 1);
    }

    private static long pageTables(Boot boot) {
        long size = (long) (2 + DIRECTORIES) * PAGE;
        long pml4 = boot.placement().low("the page tables", PAGE_TABLES, size, PAGE);
        long pdpt = pml4 + PAGE;
        boot.memory().clear(pml4, size);
        boot.memory().writeLong(pml4, pdpt | PRESENT_WRITABLE);
        for (int i = 0; i < DIRECTORIES; i++) {
            boot.memory().writeLong(pdpt + 8L * i, pdpt + (long) (i + 1) * PAGE | PRESENT_WRITABLE);
        }
        for (int i = 0; i < DIRECTORIES * ENTRIES; i++) {
            boot.memory().writeLong(pdpt + PAGE + 8L * i, (long) i << 21 | LARGE_PAGE);
        }
        return pml4;
    }
}
