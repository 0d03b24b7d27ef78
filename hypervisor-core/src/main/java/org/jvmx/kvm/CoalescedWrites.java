package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

import org.jvmx.arch.Hot;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.EptViolation;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.IoQualification;

/**
 * The ring in which KVM keeps writes for which it made no exit. Each becomes one, late; KVM makes exits for further writes while the ring is full.
 * Linux, "The Definitive KVM API Documentation", KVM_REGISTER_COALESCED_MMIO.
 */
final class CoalescedWrites {
    private static final int PAGE = 4096;
    private static final long HEAD = Layouts.COALESCED_RING.byteSize();
    private static final long ENTRY = Layouts.COALESCED.byteSize();
    private static final int ROOM = (int) ((PAGE - HEAD) / ENTRY);
    private static final long LENGTH = Layouts.offset(Layouts.COALESCED, "len");
    private static final long PORT = Layouts.offset(Layouts.COALESCED, "pio");
    private static final long DATA = Layouts.offset(Layouts.COALESCED, "data");

    private final MemorySegment ring;
    private boolean used;
    private int byteDone;

    /** The ring in the memory that KVM shares, at the page that it says. */
    CoalescedWrites(MemorySegment shared, int page) {
        ring = shared.asSlice((long) page * PAGE, PAGE);
    }

    /** From now on there may be something in it. */
    void use() {
        used = true;
    }

    /** Whether there is a write to be handled. */
    @Hot
    boolean any() {
        return used && first() != ring.get(JAVA_INT, Integer.BYTES);
    }

    private int first() {
        return Integer.remainderUnsigned(ring.get(JAVA_INT, 0), ROOM);
    }

    /** Takes the oldest write as an exit; one that is no power of two long comes byte by byte. */
    void take(Exit exit) {
        long at = HEAD + first() * ENTRY;
        int length = Math.clamp(ring.get(JAVA_INT, at + LENGTH), 1, Long.BYTES);
        boolean whole = Integer.bitCount(length) == 1;
        int size = whole ? length : 1;
        long address = ring.get(JAVA_LONG, at) + byteDone;
        long value = value(at + DATA + byteDone, size);
        if (ring.get(JAVA_INT, at + PORT) != 0) {
            exit.begin(ExitReason.IO_INSTRUCTION, IoQualification.of((int) address & 0xffff, size, false, false, false, false), 0);
            exit.access().port((int) address & 0xffff, size, true, (int) value);
        } else {
            exit.begin(ExitReason.EPT_VIOLATION, EptViolation.WRITE, 0);
            exit.physical(address);
            exit.access().memory(address, size, true, value);
        }
        byteDone = whole || byteDone + 1 == length ? 0 : byteDone + 1;
        if (byteDone == 0) {
            ring.set(JAVA_INT, 0, (first() + 1) % ROOM);
        }
    }

    private long value(long at, int size) {
        long value = 0;
        for (int n = 0; n < size; n++) {
            value |= (ring.get(JAVA_BYTE, at + n) & 0xffL) << 8 * n;
        }
        return value;
    }
}
