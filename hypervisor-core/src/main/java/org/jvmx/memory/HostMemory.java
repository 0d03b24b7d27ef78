package org.jvmx.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The host-physical address space of one machine: page frames from 0 to {@link #size()}, all zero at first. Native memory stands
 * behind a 64 KiB chunk only from its first use. Confined to the thread of its machine.
 *
 * <p>It also knows which frames hold decoded code: a write to one of them is reported to each {@link CodeWatch}, before the write.
 */
public final class HostMemory implements AutoCloseable {
    /** Bytes of a page frame. */
    public static final int PAGE = 4096;

    private static final int CHUNK_SHIFT = 16;
    private static final long CHUNK = 1L << CHUNK_SHIFT;

    /** A processor that decodes code and caches where it may write. */
    public interface CodeWatch {
        /** Some processor decodes bytes of the frame at host-physical {@code frame} from now on: writes to it must come here. */
        void codeFound(long frame);

        /** Decoded bytes in the frame at host-physical {@code frame} (4 KiB aligned) are about to change; it is no code frame any more. */
        void codeWritten(long frame);
    }

    private final Arena arena;
    private final boolean contiguous;
    private final long size;
    private final long[] chunks;
    /** A bit for each 64-byte line of a frame that holds decoded code. */
    private final long[] codeLines;
    private CodeWatch[] watches = {};
    private long allocated;
    private long resident;

    /** A space of {@code size} bytes, rounded up to whole chunks. */
    public HostMemory(long size) {
        this(Arena.ofShared(), size, false);
    }

    /**
     * A space that is one piece of native memory, mapped by somebody else, who unmaps it when {@code arena} is closed with the space.
     *
     * @param whole a multiple of 64 KiB, all zero
     */
    public HostMemory(Arena arena, MemorySegment whole) {
        this(arena, whole.byteSize(), true);
        for (int n = 0; n < chunks.length; n++) {
            chunks[n] = whole.address() + n * CHUNK;
        }
        resident = size;
    }

    private HostMemory(Arena arena, long size, boolean contiguous) {
        this.arena = arena;
        this.contiguous = contiguous;
        this.size = size + CHUNK - 1 & -CHUNK;
        this.chunks = new long[(int) (this.size >>> CHUNK_SHIFT)];
        this.codeLines = new long[(int) (this.size / PAGE)];
    }

    /** Bytes of the space. */
    public long size() {
        return size;
    }

    /** Bytes of native memory in use. */
    public long resident() {
        return resident;
    }

    /**
     * Takes page frames that nobody has; they read zero.
     *
     * @param bytes how much, rounded up to whole pages
     * @return the host-physical address of the first frame
     * @throws IllegalStateException if the space is used up
     */
    public long allocate(long bytes) {
        long start = allocated;
        long rounded = bytes + PAGE - 1 & -PAGE;
        if (rounded > size - start) {
            throw new IllegalStateException(
                    "host-physical space of %d bytes is used up: %d more wanted at 0x%x".formatted(size, rounded, start));
        }
        allocated = start + rounded;
        return start;
    }

    /** Whether the space is one piece of native memory, so that an address is valid up to its end. */
    public boolean isContiguous() {
        return contiguous;
    }

    /** Whether {@code bytes} bytes at {@code hpa} are in the space. */
    public boolean contains(long hpa, long bytes) {
        return hpa >= 0 && bytes <= size && hpa <= size - bytes;
    }

    /** The native address of the byte at {@code hpa}; valid up to the end of its page, for the life of the space. */
    public long address(long hpa) {
        long chunk = chunks[(int) (hpa >>> CHUNK_SHIFT)];
        if (chunk == 0) {
            chunk = populate((int) (hpa >>> CHUNK_SHIFT));
        }
        return chunk + (hpa & CHUNK - 1);
    }

    private long populate(int index) {
        long chunk = arena.allocate(CHUNK, PAGE).address();
        chunks[index] = chunk;
        resident += CHUNK;
        return chunk;
    }

    public int readByte(long hpa) {
        return RawMemory.getByte(address(hpa)) & 0xff;
    }

    /** Four bytes; aligned, so that they are in one page. */
    public int readInt(long hpa) {
        return RawMemory.getInt(address(hpa));
    }

    /** Eight bytes; aligned, so that they are in one page. */
    public long readLong(long hpa) {
        return RawMemory.getLong(address(hpa));
    }

    public void writeByte(long hpa, int value) {
        RawMemory.putByte(writable(hpa, 1), (byte) value);
    }

    /** Four bytes; aligned, so that they are in one page. */
    public void writeInt(long hpa, int value) {
        RawMemory.putInt(writable(hpa, 4), value);
    }

    /** Eight bytes; aligned, so that they are in one page. */
    public void writeLong(long hpa, long value) {
        RawMemory.putLong(writable(hpa, 8), value);
    }

    /** Copies out of the space. */
    public void read(long hpa, byte[] target, int offset, int count) {
        for (int done = 0; done < count;) {
            int part = (int) Math.min(count - done, CHUNK - (hpa + done & CHUNK - 1));
            RawMemory.get(address(hpa + done), target, offset + done, part);
            done += part;
        }
    }

    /** Copies into the space. */
    public void write(long hpa, byte[] source, int offset, int count) {
        for (int done = 0; done < count;) {
            int part = (int) Math.min(count - done, PAGE - (hpa + done & PAGE - 1));
            RawMemory.put(writable(hpa + done, part), source, offset + done, part);
            done += part;
        }
    }

    /** Zeroes {@code count} bytes. */
    public void clear(long hpa, long count) {
        for (long done = 0; done < count;) {
            long part = Math.min(count - done, PAGE - (hpa + done & PAGE - 1));
            if (chunks[(int) (hpa + done >>> CHUNK_SHIFT)] != 0) {
                RawMemory.fill(writable(hpa + done, (int) part), part, (byte) 0);
            }
            done += part;
        }
    }

    /**
     * The native address of {@code count} bytes of one page that are about to be written, after the {@link CodeWatch} heard of it if decoded
     * code is among them.
     */
    public long writable(long hpa, int count) {
        int frame = (int) (hpa >>> 12);
        if (codeLines[frame] != 0 && (codeLines[frame] & lines(hpa, count)) != 0) {
            codeLines[frame] = 0;
            for (CodeWatch watch : watches) {
                watch.codeWritten(hpa & -PAGE);
            }
        }
        return address(hpa);
    }

    /** One more who is told of code and of writes to it. */
    public void watchCode(CodeWatch watch) {
        watches = Arrays.copyOf(watches, watches.length + 1);
        watches[watches.length - 1] = watch;
    }

    /** Whether the frame of {@code hpa} holds decoded code. */
    public boolean isCode(long hpa) {
        return codeLines[(int) (hpa >>> 12)] != 0;
    }

    /** Says that {@code count} bytes of one page hold decoded code from now on. */
    public void markCode(long hpa, int count) {
        int frame = (int) (hpa >>> 12);
        if (codeLines[frame] == 0) {
            for (CodeWatch watch : watches) {
                watch.codeFound(hpa & -PAGE);
            }
        }
        codeLines[frame] |= lines(hpa, count);
    }

    private static long lines(long hpa, int count) {
        int first = (int) (hpa & PAGE - 1) >>> 6;
        int last = (int) (hpa & PAGE - 1) + count - 1 >>> 6;
        return -1L << first & -1L >>> 63 - last;
    }

    @Override
    public void close() {
        arena.close();
    }
}
