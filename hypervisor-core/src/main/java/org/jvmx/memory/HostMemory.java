package org.jvmx.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The host-physical address space of a machine's processors: page frames from 0 to {@link #size()}, all zero at first. Native memory stands
 * behind a 64 KiB chunk only from its first use.
 *
 * <p>It also knows which frames hold decoded code, and which ones processors store to without asking; no frame is both. A write to decoded code is reported to
 * each {@link CodeWatch}, after the write.
 *
 * <p>Confined to the thread of its machine, unless it was {@linkplain #share shared}: then any processor's thread may use it. The order of things there is
 * that of two processors that look for each other: the one stores, then looks for marks; the other marks, then reads the code. In between is a full fence.
 */
public final class HostMemory implements AutoCloseable {
    /** Bytes of a page frame. */
    public static final int PAGE = 4096;

    private static final int CHUNK_SHIFT = 16;
    private static final long CHUNK = 1L << CHUNK_SHIFT;

    /** A processor that decodes code, and stores to frames that hold none without asking. It is told on a thread that may not be its own, while it runs nothing. */
    public interface CodeWatch {
        /** Decoded bytes in the frame at host-physical {@code frame} (4 KiB aligned) have changed; it is no code frame any more. */
        void codeWritten(long frame);

        /** Some processor decodes bytes of the frame from now on: stores to it are to be asked for. */
        void codeFound(long frame);
    }

    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);
    /** Watches from this number on share a bit. */
    private static final int LAST_BIT = 63;

    private final Arena arena;
    private final boolean contiguous;
    private final long size;
    private final long[] chunks;
    /** A bit for each 64-byte line of a frame that holds decoded code. */
    private final long[] codeLines;
    private CodeWatch[] watches = new CodeWatch[0];
    /** Of a shared space: a bit for each watch that may store to the frame without asking. */
    private long[] storing;
    private BusLock bus;
    private long allocated;
    private volatile long resident;

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

    /** From now on processors in several threads use the space; to be called before the first one is made. */
    public void share() {
        bus = new BusLock();
        storing = new long[codeLines.length];
    }

    /** The bus of the processors in several threads; null if there is one thread. */
    public BusLock bus() {
        return bus;
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
    public synchronized long allocate(long bytes) {
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

    private synchronized long populate(int index) {
        if (chunks[index] == 0) {
            ELEMENT.setRelease(chunks, index, arena.allocate(CHUNK, PAGE).address());
            resident += CHUNK;
        }
        return chunks[index];
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
        RawMemory.putByte(address(hpa), (byte) value);
        written(hpa, 1);
    }

    /** Four bytes; aligned, so that they are in one page. */
    public void writeInt(long hpa, int value) {
        RawMemory.putInt(address(hpa), value);
        written(hpa, 4);
    }

    /** Eight bytes; aligned, so that they are in one page. */
    public void writeLong(long hpa, long value) {
        RawMemory.putLong(address(hpa), value);
        written(hpa, 8);
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
            RawMemory.put(address(hpa + done), source, offset + done, part);
            written(hpa + done, part);
            done += part;
        }
    }

    /** Zeroes {@code count} bytes. */
    public void clear(long hpa, long count) {
        for (long done = 0; done < count;) {
            long part = Math.min(count - done, PAGE - (hpa + done & PAGE - 1));
            if (chunks[(int) (hpa + done >>> CHUNK_SHIFT)] != 0) {
                RawMemory.fill(address(hpa + done), part, (byte) 0);
                written(hpa + done, (int) part);
            }
            done += part;
        }
    }

    /**
     * The {@code size} bytes are replaced if they are what was {@code expected}: one atomic access; see {@link RawMemory#compareAndSet}.
     *
     * @return whether they were
     */
    public boolean compareAndSet(long hpa, int size, long expected, long value) {
        boolean set = RawMemory.compareAndSet(address(hpa), size, expected, value);
        if (set) {
            written(hpa, size);
        }
        return set;
    }

    /** To be called after {@code count} bytes of one page were written: each {@link CodeWatch} hears of it if decoded code was among them. */
    public void written(long hpa, int count) {
        if (bus != null) {
            VarHandle.fullFence();
        }
        int frame = (int) (hpa >>> 12);
        if (codeLines[frame] != 0 && (codeLines[frame] & lines(hpa, count)) != 0) {
            tellWritten(frame);
        }
    }

    private void tellWritten(int frame) {
        lockBus();
        try {
            codeLines[frame] = 0;
            for (CodeWatch watch : watches) {
                watch.codeWritten((long) frame * PAGE);
            }
        } finally {
            unlockBus();
        }
    }

    /** Stops all other processors' threads, if there are any, until {@link #unlockBus}. */
    public void lockBus() {
        if (bus != null) {
            bus.acquire();
        }
    }

    public void unlockBus() {
        if (bus != null) {
            bus.release();
        }
    }

    /** One more who is told of writes to code; returns its number. */
    public synchronized int watchCode(CodeWatch watch) {
        watches = Arrays.copyOf(watches, watches.length + 1);
        watches[watches.length - 1] = watch;
        return watches.length - 1;
    }

    /** Whether the frame of {@code hpa} holds decoded code. */
    public boolean isCode(long hpa) {
        return codeLines[(int) (hpa >>> 12)] != 0;
    }

    /** Whether all of {@code count} bytes of one page are marked as decoded code. */
    public boolean isMarked(long hpa, int count) {
        long lines = lines(hpa, count);
        return (codeLines[(int) (hpa >>> 12)] & lines) == lines;
    }

    /**
     * Says that {@code count} bytes of one page hold decoded code from now on. When it returns, no watch stores to the frame without asking. In a shared space
     * the code has to be read after it, or once more, and {@link #isMarked} asked after that.
     *
     * @param number the watch that decodes
     */
    public void markCode(long hpa, int count, int number) {
        int frame = (int) (hpa >>> 12);
        boolean first = (long) ELEMENT.getAndBitwiseOr(codeLines, frame, lines(hpa, count)) == 0;
        if (bus == null) {
            if (first) {
                tellFound(frame);
            }
        } else if ((long) ELEMENT.getVolatile(storing, frame) != 0) {
            takeStores(frame, number);
        }
    }

    private void takeStores(int frame, int number) {
        if ((long) ELEMENT.getVolatile(storing, frame) == bit(number) && number < LAST_BIT) {
            ELEMENT.getAndBitwiseAnd(storing, frame, ~bit(number));
            watches[number].codeFound((long) frame * PAGE);
            return;
        }
        bus.acquire();
        try {
            storing[frame] = 0;
            tellFound(frame);
        } finally {
            bus.release();
        }
    }

    private void tellFound(int frame) {
        for (CodeWatch watch : watches) {
            watch.codeFound((long) frame * PAGE);
        }
    }

    /**
     * Whether a watch may store to the frame of {@code hpa} from now on without asking, until it is told of code there.
     *
     * @param number who it is
     */
    public boolean mayStore(long hpa, int number) {
        int frame = (int) (hpa >>> 12);
        if (bus == null || codeLines[frame] != 0) {
            return codeLines[frame] == 0;
        }
        if (((long) ELEMENT.getVolatile(storing, frame) & bit(number)) == 0) {
            ELEMENT.getAndBitwiseOr(storing, frame, bit(number));
        }
        return (long) ELEMENT.getVolatile(codeLines, frame) == 0;
    }

    private static long bit(int number) {
        return 1L << Math.min(number, LAST_BIT);
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
