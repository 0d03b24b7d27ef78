package org.jvmx.loader.format;

/** How the bytes of a Multiboot image get to their place: by ELF program headers or by the address fields of the Multiboot header. */
public sealed interface MultibootBody permits Elf, MultibootBody.Raw {
    /**
     * The address fields: one piece of the file that goes to one address, with zeros behind it.
     *
     * @param offset where it begins in the file
     * @param fileSize how much of the file
     * @param address physical address of its first byte
     * @param memorySize bytes in memory, zero beyond {@code fileSize}
     */
    record Raw(long offset, long fileSize, long address, long memorySize) implements MultibootBody {
    }
}
