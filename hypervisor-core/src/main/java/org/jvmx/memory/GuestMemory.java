package org.jvmx.memory;

import java.util.List;

/**
 * The RAM of a guest by guest-physical address: ranges of pages of a {@link HostMemory}. Reads outside RAM give all ones and writes there are
 * dropped, as on a bus; {@link #contains} tells. Values are little-endian and may cross pages and ranges.
 */
public final class GuestMemory {
    /** {@code size} bytes of RAM at guest-physical {@code base}, backed from host-physical {@code host}. All three are multiples of a page. */
    public record Range(long base, long size, long host) {
        boolean contains(long gpa) {
            return Long.compareUnsigned(gpa - base, size) < 0;
        }
    }

    private final HostMemory host;
    private final Range[] ranges;

    public GuestMemory(HostMemory host, List<Range> ranges) {
        this.host = host;
        this.ranges = ranges.toArray(Range[]::new);
    }

    /** RAM in ascending, non-overlapping ranges. */
    public List<Range> ranges() {
        return List.of(ranges);
    }

    /** Bytes of RAM in all. */
    public long size() {
        long sum = 0;
        for (Range range : ranges) {
            sum += range.size();
        }
        return sum;
    }

    /** Whether all of {@code size} bytes at {@code gpa} are in one range of RAM. */
    public boolean contains(long gpa, long size) {
        for (Range range : ranges) {
            if (range.contains(gpa)) {
                return size <= range.size() - (gpa - range.base());
            }
        }
        return false;
    }

    /** The host-physical address behind {@code gpa}, or -1 outside RAM. */
    public long toHost(long gpa) {
        for (Range range : ranges) {
            if (range.contains(gpa)) {
                return range.host() + (gpa - range.base());
            }
        }
        return -1;
    }

    public int readByte(long gpa) {
        long hpa = toHost(gpa);
        return hpa < 0 ? 0xff : host.readByte(hpa);
    }

    public int readShort(long gpa) {
        return readByte(gpa) | readByte(gpa + 1) << 8;
    }

    public int readInt(long gpa) {
        if ((gpa & 3) == 0) {
            long hpa = toHost(gpa);
            return hpa < 0 ? -1 : host.readInt(hpa);
        }
        return readShort(gpa) | readShort(gpa + 2) << 16;
    }

    public long readLong(long gpa) {
        return readInt(gpa) & 0xffff_ffffL | (long) readInt(gpa + 4) << 32;
    }

    public void writeByte(long gpa, int value) {
        long hpa = toHost(gpa);
        if (hpa >= 0) {
            host.writeByte(hpa, value);
        }
    }

    public void writeShort(long gpa, int value) {
        writeByte(gpa, value);
        writeByte(gpa + 1, value >> 8);
    }

    public void writeInt(long gpa, int value) {
        writeShort(gpa, value);
        writeShort(gpa + 2, value >> 16);
    }

    public void writeLong(long gpa, long value) {
        writeInt(gpa, (int) value);
        writeInt(gpa + 4, (int) (value >>> 32));
    }

    /**
     * Copies out of RAM.
     *
     * @throws IndexOutOfBoundsException if a byte of it is outside RAM
     */
    public void read(long gpa, byte[] target, int offset, int count) {
        checkRange(gpa, count);
        if (count > 0) {
            host.read(toHost(gpa), target, offset, count);
        }
    }

    /**
     * Copies into RAM.
     *
     * @throws IndexOutOfBoundsException if a byte of it is outside RAM
     */
    public void write(long gpa, byte[] source, int offset, int count) {
        checkRange(gpa, count);
        if (count > 0) {
            host.write(toHost(gpa), source, offset, count);
        }
    }

    /** Copies all of {@code source} into RAM; see {@link #write(long, byte[], int, int)}. */
    public void write(long gpa, byte[] source) {
        write(gpa, source, 0, source.length);
    }

    /**
     * Zeroes a range of RAM.
     *
     * @throws IndexOutOfBoundsException if a byte of it is outside RAM
     */
    public void clear(long gpa, long count) {
        checkRange(gpa, count);
        if (count > 0) {
            host.clear(toHost(gpa), count);
        }
    }

    private void checkRange(long gpa, long count) {
        if (count > 0 && !contains(gpa, count)) {
            throw new IndexOutOfBoundsException("0x%x bytes at guest-physical 0x%x are not in RAM".formatted(count, gpa));
        }
    }
}
