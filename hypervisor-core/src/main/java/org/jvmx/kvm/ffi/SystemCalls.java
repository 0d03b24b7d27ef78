package org.jvmx.kvm.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The system calls that KVM needs. A result below 0 is the negated error number, as the kernel itself gives it. */
public interface SystemCalls {
    /** Opens a file for reading and writing; gives the descriptor. */
    int open(String path);

    /** Closes a descriptor. */
    int close(int descriptor);

    /** A request with a number or nothing as its argument. */
    int ioctl(int descriptor, Ioctl request, long argument);

    /** Room for the error number of {@link #run}, one for each that runs; of the arena's life. */
    MemorySegment errors(Arena arena);

    /** KVM_RUN, the one call that is made at each exit. */
    int run(int descriptor, MemorySegment errors);

    /** A request with a structure as its argument, which is at least as large as the request says. */
    default int ioctl(int descriptor, Ioctl request, MemorySegment structure) {
        if (structure.byteSize() < request.size()) {
            throw new IllegalArgumentException("%s takes %d bytes, not %d".formatted(request, request.size(), structure.byteSize()));
        }
        return ioctl(descriptor, request, structure.address());
    }

    /**
     * Maps a file into memory until the arena is closed.
     *
     * @return the mapping, or null if the kernel refuses
     */
    MemorySegment mapShared(Arena arena, int descriptor, long size);

    /**
     * Maps anonymous memory, aligned to {@code alignment}, until the arena is closed; pages come into being when they are touched.
     *
     * @return the mapping, or null if the kernel refuses
     */
    MemorySegment mapAnonymous(Arena arena, long size, long alignment);

    /** The kernel's number of the calling thread. */
    int threadId();

    /** Blocks a signal in the calling thread; writes the mask that it had, without that signal, to eight bytes. */
    int blockSignal(int signal, MemorySegment mask);

    /** Has this process ignore a signal wherever it is not blocked, instead of dying of it. */
    int ignoreSignal(int signal);

    /** Sends a signal to a thread of this process. */
    int signalThread(int thread, int signal);

    /** Takes one pending blocked signal, {@code signal}, without waiting; -EAGAIN if there is none. */
    int takeSignal(int signal);

    /** Creates a timer that sends {@code signal} to {@code thread} by the monotonic clock; its number. */
    int createTimer(int thread, int signal);

    /** Sets a timer to an absolute time in nanoseconds of the monotonic clock. */
    int setTimer(int timer, long nanos);

    /** Deletes a timer. */
    int deleteTimer(int timer);

    /** Creates an event counter that is read without waiting; its descriptor. */
    int createEvent();

    /** Adds one to an event counter. */
    int signalEvent(int event);

    /** Takes what an event counter holds, and makes it 0; -EAGAIN if that is 0. */
    int takeEvent(int event);

    /** Waits until one of {@code count} structures {@code pollfd} has something to tell. */
    int poll(MemorySegment descriptors, int count);
}
