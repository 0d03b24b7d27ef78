package org.jvmx.loader;

import java.util.List;

/**
 * What the machine and the user say about a boot, beside the image itself.
 *
 * @param commandLine what the user wrote for {@code --append}; a Multiboot guest gets {@code kernelName}, a space and this
 * @param kernelName the kernel's file name
 * @param initrd the initial RAM disk; empty for none. Multiboot and PVH guests get it as their first module
 * @param modules further files, for Multiboot and PVH guests
 * @param unpackPayload whether the kernel inside a bzImage is unpacked by the loader and entered directly
 * @param memoryMap what the guest is told of the address space; empty: the RAM of the guest memory and nothing else
 * @param rsdp guest-physical address of the ACPI root pointer, which is in memory already; 0 for none
 * @param entry in which mode the kernel is entered, where its format leaves a choice
 * @param textScreen whether the machine has a VGA text screen of 80 by 25 at 0xb8000
 */
public record BootOptions(
        String commandLine,
        String kernelName,
        byte[] initrd,
        List<BootModule> modules,
        boolean unpackPayload,
        List<MemoryMapEntry> memoryMap,
        long rsdp,
        Entry entry,
        boolean textScreen) {

    /** The mode in which a kernel is entered. */
    public enum Entry {
        AUTO, REAL16, PROT32, LONG64
    }

    public BootOptions {
        modules = List.copyOf(modules);
        memoryMap = List.copyOf(memoryMap);
    }

    /** An empty command line, no initrd, no modules, everything else automatic; the {@code with} methods change one thing each. */
    public static BootOptions plain() {
        return new BootOptions("", "kernel", new byte[0], List.of(), false, List.of(), 0, Entry.AUTO, true);
    }

    public BootOptions withCommandLine(String value) {
        return new BootOptions(value, kernelName, initrd, modules, unpackPayload, memoryMap, rsdp, entry, textScreen);
    }

    public BootOptions withKernelName(String value) {
        return new BootOptions(commandLine, value, initrd, modules, unpackPayload, memoryMap, rsdp, entry, textScreen);
    }

    public BootOptions withInitrd(byte[] value) {
        return new BootOptions(commandLine, kernelName, value, modules, unpackPayload, memoryMap, rsdp, entry, textScreen);
    }

    public BootOptions withModules(List<BootModule> value) {
        return new BootOptions(commandLine, kernelName, initrd, value, unpackPayload, memoryMap, rsdp, entry, textScreen);
    }

    public BootOptions withUnpackPayload(boolean value) {
        return new BootOptions(commandLine, kernelName, initrd, modules, value, memoryMap, rsdp, entry, textScreen);
    }

    public BootOptions withMemoryMap(List<MemoryMapEntry> value) {
        return new BootOptions(commandLine, kernelName, initrd, modules, unpackPayload, value, rsdp, entry, textScreen);
    }

    public BootOptions withRsdp(long value) {
        return new BootOptions(commandLine, kernelName, initrd, modules, unpackPayload, memoryMap, value, entry, textScreen);
    }

    public BootOptions withEntry(Entry value) {
        return new BootOptions(commandLine, kernelName, initrd, modules, unpackPayload, memoryMap, rsdp, value, textScreen);
    }

    public BootOptions withTextScreen(boolean value) {
        return new BootOptions(commandLine, kernelName, initrd, modules, unpackPayload, memoryMap, rsdp, entry, value);
    }
}
