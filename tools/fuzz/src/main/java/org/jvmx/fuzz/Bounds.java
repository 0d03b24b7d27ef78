package org.jvmx.fuzz;

import java.util.Map;
import java.util.TreeMap;

/** The native memory that the code in this sandbox may touch: told by the changed {@code HostMemory}, asked by the changed {@code RawMemory}. */
public final class Bounds {
    private static final Bounds HERE = new Bounds();
    private static final int PAGE = 4096;

    private final TreeMap<Long, Long> pieces = new TreeMap<>();
    private long start;
    private long end;

    private Bounds() {
    }

    /** A piece of memory from now on. */
    public static void add(long address, long size) {
        HERE.pieces.put(address, address + size);
    }

    /** None of it any more. */
    public static void clear() {
        HERE.pieces.clear();
        HERE.start = 0;
        HERE.end = 0;
    }

    /** A load or store of few bytes, which may not cross a page. */
    public static void check(long address, int size) {
        checkRange(address, size);
        if ((address & PAGE - 1) + size > PAGE) {
            throw new AssertionError("%d bytes at 0x%x cross a page".formatted(size, address));
        }
    }

    /** A copy. */
    public static void checkRange(long address, long size) {
        if (size != 0 && (address < HERE.start || address + size > HERE.end || size < 0)) {
            HERE.look(address, size);
        }
    }

    private void look(long address, long size) {
        Map.Entry<Long, Long> piece = pieces.floorEntry(address);
        if (piece == null || address + size > piece.getValue() || size < 0) {
            throw new AssertionError("%d bytes at 0x%x are outside of guest memory".formatted(size, address));
        }
        start = piece.getKey();
        end = piece.getValue();
    }
}
