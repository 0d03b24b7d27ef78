package org.jvmx.kvm.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls of Linux on x86-64, through the C library's {@code ioctl} and {@code syscall}. None of them is a critical downcall: KVM_RUN
 * blocks for as long as the guest runs.
 */
public final class LinuxCalls implements SystemCalls {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int OPEN = 2;
    private static final int POLL = 7;
    private static final int EVENTFD2 = 290;
    private static final long NONBLOCK_CLOEXEC = 0x800 | 0x8_0000;
    private static final int CLOSE = 3;
    private static final int MMAP = 9;
    private static final int MUNMAP = 11;
    private static final int RT_SIGACTION = 13;
    private static final int RT_SIGPROCMASK = 14;
    private static final int RT_SIGTIMEDWAIT = 128;
    private static final int GETPID = 39;
    private static final int GETTID = 186;
    private static final int TIMER_CREATE = 222;
    private static final int TIMER_SETTIME = 223;
    private static final int TIMER_DELETE = 226;
    private static final int TGKILL = 234;

    private static final long READ_WRITE_CLOEXEC = 2 | 0x8_0000;
    private static final long PROT_READ_WRITE = 3;
    private static final long MAP_SHARED = 1;
    private static final long MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
    private static final long SIGEV_THREAD_ID = 4;
    private static final long CLOCK_MONOTONIC = 1;
    private static final long TIMER_ABSTIME = 1;
    private static final long SIGSET = 8;
    private static final long SIG_IGN = 1;
    private static final long NANOS = 1_000_000_000;

    private static final long RUN = Ioctl.RUN.number();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
    private static final MethodHandle IOCTL = downcall("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG), 2);
    private static final MethodHandle SYSCALL = downcall("syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), 1);

    private final ThreadLocal<MemorySegment> errors = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    /** The calls of this process. */
    public LinuxCalls() {
    }

    /** Whether this is Linux on x86-64. */
    public static boolean supported() {
        return System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64");
    }

    @SuppressWarnings("restricted")
    private static MethodHandle downcall(String name, FunctionDescriptor type, int firstVariadic) {
        Linker linker = Linker.nativeLinker();
        // SAFETY: the descriptors are those of ioctl(2) and syscall(2), with every variadic argument a register-sized integer.
        MemorySegment symbol = linker.defaultLookup().findOrThrow(name);
        return linker.downcallHandle(symbol, type, Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(firstVariadic));
    }

    /** Where this thread's error number goes. */
    private MemorySegment errors() {
        return errors.get();
    }

    private long call(int number, long a, long b, long c, long d, long e, long f) {
        MemorySegment state = errors();
        try {
            long result = (long) SYSCALL.invokeExact(state, (long) number, a, b, c, d, e, f);
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private long call(int number, long a, long b, long c, long d) {
        return call(number, a, b, c, d, 0, 0);
    }

    @Override
    public MemorySegment errors(Arena arena) {
        return arena.allocate(STATE);
    }

    @Override
    public int run(int descriptor, MemorySegment errors) {
        return ioctl(errors, descriptor, RUN, 0);
    }

    @Override
    public int ioctl(int descriptor, Ioctl request, long argument) {
        return ioctl(errors(), descriptor, request.number() & 0xffff_ffffL, argument);
    }

    private static int ioctl(MemorySegment state, int descriptor, long request, long argument) {
        try {
            int result = (int) IOCTL.invokeExact(state, descriptor, request, argument);
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    @Override
    public int open(String path) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) call(OPEN, arena.allocateFrom(path).address(), READ_WRITE_CLOEXEC, 0, 0);
        }
    }

    @Override
    public int close(int descriptor) {
        return (int) call(CLOSE, descriptor, 0, 0, 0);
    }

    @Override
    public MemorySegment mapShared(Arena arena, int descriptor, long size) {
        long address = call(MMAP, 0, size, PROT_READ_WRITE, MAP_SHARED, descriptor, 0);
        return address < 0 ? null : mapped(arena, address, size, address, size);
    }

    @Override
    public MemorySegment mapAnonymous(Arena arena, long size, long alignment) {
        long room = size + alignment;
        long address = call(MMAP, 0, room, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
        if (address < 0) {
            return null;
        }
        long aligned = address + alignment - 1 & -alignment;
        return mapped(arena, aligned, size, address, room);
    }

    @SuppressWarnings("restricted")
    private MemorySegment mapped(Arena arena, long address, long size, long mapping, long mappingSize) {
        // SAFETY: the kernel has just mapped these bytes, and unmaps them only when the arena closes.
        return MemorySegment.ofAddress(address).reinterpret(size, arena, segment -> call(MUNMAP, mapping, mappingSize, 0, 0));
    }

    @Override
    public int threadId() {
        return (int) call(GETTID, 0, 0, 0, 0);
    }

    @Override
    public int blockSignal(int signal, MemorySegment mask) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocateFrom(JAVA_LONG, bit(signal));
            int result = (int) call(RT_SIGPROCMASK, 0, set.address(), mask.address(), SIGSET);
            mask.set(JAVA_LONG, 0, mask.get(JAVA_LONG, 0) & ~bit(signal));
            return result;
        }
    }

    @Override
    public int ignoreSignal(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocateFrom(JAVA_LONG, SIG_IGN, 0, 0, 0);
            return (int) call(RT_SIGACTION, signal, action.address(), 0, SIGSET);
        }
    }

    private static long bit(int signal) {
        return 1L << signal - 1;
    }

    @Override
    public int signalThread(int thread, int signal) {
        return (int) call(TGKILL, call(GETPID, 0, 0, 0, 0), thread, signal, 0);
    }

    @Override
    public int takeSignal(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocateFrom(JAVA_LONG, bit(signal));
            MemorySegment atOnce = arena.allocateFrom(JAVA_LONG, 0, 0);
            return (int) call(RT_SIGTIMEDWAIT, set.address(), 0, atOnce.address(), SIGSET);
        }
    }

    @Override
    public int createTimer(int thread, int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(64, 8);
            event.set(JAVA_INT, 8, signal);
            event.set(JAVA_INT, 12, (int) SIGEV_THREAD_ID);
            event.set(JAVA_INT, 16, thread);
            MemorySegment timer = arena.allocate(ADDRESS);
            int result = (int) call(TIMER_CREATE, CLOCK_MONOTONIC, event.address(), timer.address(), 0);
            return result < 0 ? result : timer.get(JAVA_INT, 0);
        }
    }

    @Override
    public int setTimer(int timer, long nanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment when = arena.allocateFrom(JAVA_LONG, 0, 0, nanos / NANOS, nanos % NANOS);
            return (int) call(TIMER_SETTIME, timer, TIMER_ABSTIME, when.address(), 0);
        }
    }

    @Override
    public int deleteTimer(int timer) {
        return (int) call(TIMER_DELETE, timer, 0, 0, 0);
    }

    @Override
    public int createEvent() {
        return (int) call(EVENTFD2, 0, NONBLOCK_CLOEXEC, 0, 0);
    }

    @Override
    public int signalEvent(int event) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) call(WRITE, event, arena.allocateFrom(JAVA_LONG, 1).address(), Long.BYTES, 0);
        }
    }

    @Override
    public int takeEvent(int event) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_LONG);
            long result = call(READ, event, count.address(), Long.BYTES, 0);
            return (int) (result < 0 ? result : Math.min(count.get(JAVA_LONG, 0), Integer.MAX_VALUE));
        }
    }

    @Override
    public int poll(MemorySegment descriptors, int count) {
        return (int) call(POLL, descriptors.address(), count, -1, 0);
    }
}
