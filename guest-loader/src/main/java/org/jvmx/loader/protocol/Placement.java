package org.jvmx.loader.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.memory.GuestMemory;

/** Who has which part of guest RAM, so that nothing of a boot lies on top of something else. */
final class Placement {
    static final long FOUR_GIB = 1L << 32;
    private static final long LOW_END = 0xa_0000;
    private static final long LOW_START = 0x7c00;
    private static final long LARGEST_ADVISED = 1L << 40;

    private record Claim(String what, long start, long end) {
    }

    private final String file;
    private final GuestMemory memory;
    private final List<Claim> claims = new ArrayList<>();

    /** Free RAM is what the memory has and the map does not give to something else. */
    Placement(String file, GuestMemory memory, List<MemoryMapEntry> map) {
        this.file = file;
        this.memory = memory;
        for (MemoryMapEntry entry : map) {
            if (entry.type() != MemoryMapEntry.Type.RAM) {
                claims.add(new Claim("memory that the machine reserves (" + entry.type() + ")", entry.base(), entry.end()));
            }
        }
    }

    /** Takes exactly this range. */
    void claim(String what, long start, long size) {
        if (size < 0 || !memory.contains(start, size)) {
            throw new LoadException("%s: %s belongs at %s, and the guest's RAM is %s; %s".formatted(file, what, range(start, size), ram(),
                    advice(start, size)));
        }
        Claim other = firstOverlap(start, start + size);
        if (other != null) {
            throw new LoadException("%s: %s belongs at %s, where %s is already, at %s"
                    .formatted(file, what, range(start, size), other.what(), range(other.start(), other.end() - other.start())));
        }
        claims.add(new Claim(what, start, start + size));
    }

    /** Takes the preferred place, or else the lowest free one below 640 KiB, or else above 1 MiB. */
    long low(String what, long preferred, long size, long alignment) {
        if (isFree(preferred, size)) {
            return take(what, preferred, size);
        }
        long found = lowest(what, size, alignment, LOW_START, LOW_END);
        if (found < 0) {
            found = lowest(what, size, alignment, 0x10_0000, FOUR_GIB);
        }
        if (found < 0) {
            throw noRoom(what, size, LOW_START, FOUR_GIB);
        }
        return found;
    }

    /** Takes the lowest free place in {@code [from, below)}; -1 if there is none. */
    long lowest(String what, long size, long alignment, long from, long below) {
        return take(what, findLowest(size, alignment, from, below), size);
    }

    /** Takes the highest free place in {@code [from, below)}; -1 if there is none. */
    long highest(String what, long size, long alignment, long from, long below) {
        return take(what, findHighest(size, alignment, from, below), size);
    }

    private long take(String what, long start, long size) {
        if (start >= 0) {
            claims.add(new Claim(what, start, start + size));
        }
        return start;
    }

    /** Whether nobody has any of it and all of it is RAM. */
    boolean isFree(long start, long size) {
        return size >= 0 && memory.contains(start, size) && firstOverlap(start, start + size) == null;
    }

    /** The lowest free place in {@code [from, below)}; -1 if there is none. */
    long findLowest(long size, long alignment, long from, long below) {
        for (GuestMemory.Range ram : memory.ranges()) {
            long end = Math.min(ram.base() + ram.size(), below);
            long at = alignUp(Math.max(ram.base(), from), alignment);
            while (size >= 0 && size <= end - at) {
                Claim other = firstOverlap(at, at + size);
                if (other == null) {
                    return at;
                }
                at = alignUp(other.end(), alignment);
            }
        }
        return -1;
    }

    /** The highest free place in {@code [from, below)}; -1 if there is none. */
    long findHighest(long size, long alignment, long from, long below) {
        for (GuestMemory.Range ram : memory.ranges().reversed()) {
            long start = Math.max(ram.base(), from);
            long at = Math.min(ram.base() + ram.size(), below) - size & -alignment;
            while (size >= 0 && at >= start) {
                Claim other = firstOverlap(at, at + size);
                if (other == null) {
                    return at;
                }
                at = other.start() - size & -alignment;
            }
        }
        return -1;
    }

    /** The refusal when nothing in {@code [from, below)} is large enough. */
    LoadException noRoom(String what, long size, long from, long below) {
        long enough = firstFreeAbove(from) + size;
        String advice = enough <= below && enough <= LARGEST_ADVISED ? "-m %dM is enough".formatted(mebibytes(enough))
                : "no amount of memory is enough, use a smaller file";
        return new LoadException(("%s: %s needs %d bytes in one piece between 0x%x and 0x%x, and the largest free piece of RAM there has "
                + "%d bytes; the guest's RAM is %s; %s")
                .formatted(file, what, size, from, below, largestFree(from, below), ram(), advice));
    }

    /** Where more RAM at the end would be free. */
    private long firstFreeAbove(long from) {
        long top = memory.ranges().stream().mapToLong(r -> r.base() + r.size()).max().orElse(0);
        long free = Math.max(from, 0);
        for (Claim claim : claims) {
            if (claim.start() < top) {
                free = Math.max(free, claim.end());
            }
        }
        return free;
    }

    private long largestFree(long from, long below) {
        long largest = 0;
        for (GuestMemory.Range ram : memory.ranges()) {
            long end = Math.min(ram.base() + ram.size(), below);
            long at = Math.max(ram.base(), from);
            while (at < end) {
                long next = nextClaim(at, end);
                largest = Math.max(largest, next - at);
                at = endOfClaimAt(next, end);
            }
        }
        return largest;
    }

    private long nextClaim(long at, long end) {
        long next = end;
        for (Claim claim : claims) {
            if (claim.end() > at && claim.start() < next) {
                next = Math.max(claim.start(), at);
            }
        }
        return next;
    }

    private long endOfClaimAt(long at, long end) {
        long last = end;
        for (Claim claim : claims) {
            if (claim.start() <= at && claim.end() > at) {
                last = Math.min(last, claim.end());
            }
        }
        return last;
    }

    private Claim firstOverlap(long start, long end) {
        for (Claim claim : claims) {
            if (claim.start() < end && start < claim.end()) {
                return claim;
            }
        }
        return null;
    }

    private String ram() {
        return memory.ranges().stream().map(r -> range(r.base(), r.size())).collect(Collectors.joining(", "));
    }

    private String advice(long start, long size) {
        boolean sensible = start >= 0 && size >= 0 && start <= LARGEST_ADVISED && size <= LARGEST_ADVISED;
        long end = start + size;
        long top = memory.ranges().stream().mapToLong(r -> r.base() + r.size()).max().orElse(0);
        if (!sensible) {
            return "no amount of memory has that address: the file is corrupt or made for another machine";
        }
        return end > top ? "give the guest more memory (at least -m %dM)".formatted(mebibytes(end))
                : "there is no RAM at that place: link the kernel elsewhere, usually at 0x100000 or above";
    }

    private static String range(long start, long size) {
        return "0x%x-0x%x".formatted(start, start + size);
    }

    private static long mebibytes(long bytes) {
        return bytes + (1 << 20) - 1 >> 20;
    }

    static long alignUp(long value, long alignment) {
        return value + alignment - 1 & -alignment;
    }
}
