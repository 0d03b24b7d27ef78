package org.jvmx.loader.protocol;

import java.util.List;
import java.util.function.LongFunction;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.loader.format.ImageBytes;
import org.jvmx.memory.GuestMemory;

/**
 * What all protocols share while one image is loaded.
 *
 * @param map the memory map that the guest is told
 */
record Boot(ImageBytes file, GuestMemory memory, BootOptions options, List<MemoryMapEntry> map, Placement placement) {
    private static final long INFORMATION = 0x1_0000;

    static Boot of(ImageBytes file, GuestMemory memory, BootOptions options) {
        List<MemoryMapEntry> map = options.memoryMap();
        if (map.isEmpty()) {
            map = memory.ranges().stream().map(range -> MemoryMapEntry.ram(range.base(), range.size())).toList();
        }
        return new Boot(file, memory, options, map, new Placement(file.name(), memory, map));
    }

    /** The same boot with another file as its image: what was unpacked from the first. */
    Boot with(ImageBytes other) {
        return new Boot(other, memory, options, map, placement);
    }

    LoadException refuse(String format, Object... values) {
        return new LoadException(file.name() + ": " + format.formatted(values));
    }

    /** Writes a structure that contains pointers into itself, and gives its address; {@code builder} makes it for an address. */
    long writeInfo(String what, LongFunction<InfoBlock> builder) {
        long address = placement.low(what, INFORMATION, builder.apply(0).length(), 4096);
        memory.write(address, builder.apply(address).toBytes());
        return address;
    }

    /** Bytes of RAM in one piece from {@code address} up, by the memory map. */
    long ramFrom(long address) {
        long end = address;
        for (boolean grown = true; grown;) {
            grown = false;
            for (MemoryMapEntry entry : map) {
                if (entry.type() == MemoryMapEntry.Type.RAM && entry.base() <= end && entry.end() > end) {
                    end = entry.end();
                    grown = true;
                }
            }
        }
        return end - address;
    }
}
