package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.EptViolation;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.IoQualification;

/**
 * The instruction that KVM left half done: it made an exit for an access, waits for the answer in {@code kvm_run}, and finishes at the next
 * KVM_RUN. An exit of KVM may stand for several accesses (a repeated string instruction); each becomes an exit of its own.
 */
final class Pending {
    /** What KVM waits for. */
    enum Kind {
        NONE, PORT, MEMORY, MSR, HYPERCALL, HALT
    }

    private static final int IN = 0;
    private static final int MSR_READ = 29;
    private static final int MSR_INSTRUCTION = 2;
    private static final int VMCALL_INSTRUCTION = 3;

    private final MemorySegment run;
    private Kind kind = Kind.NONE;
    private boolean answered;
    private boolean write;
    private long address;
    private long data;
    private int size;
    private int count;
    private int done;

    Pending(MemorySegment run) {
        this.run = run;
    }

    private static long at(String... path) {
        String[] whole = new String[path.length + 1];
        whole[0] = "exit";
        System.arraycopy(path, 0, whole, 1, path.length);
        return Layouts.offset(Layouts.RUN, whole);
    }

    /** The offsets of what the exits that wait for an answer say. */
    private static final class Offset {
        static final long IO_DIRECTION = at("io", "direction");
        static final long IO_SIZE = at("io", "size");
        static final long IO_PORT = at("io", "port");
        static final long IO_COUNT = at("io", "count");
        static final long IO_DATA = at("io", "data_offset");
        static final long MMIO_ADDRESS = at("mmio", "phys_addr");
        static final long MMIO_DATA = at("mmio", "data");
        static final long MMIO_LENGTH = at("mmio", "len");
        static final long MMIO_WRITE = at("mmio", "is_write");
        static final long MSR_ERROR = at("msr", "error");
        static final long MSR_REASON = at("msr", "reason");
        static final long MSR_INDEX = at("msr", "index");
        static final long MSR_DATA = at("msr", "data");
        static final long HYPERCALL_RESULT = at("hypercall", "ret");

        private Offset() {
        }
    }

    Kind kind() {
        return kind;
    }

    /** Whether the next KVM_RUN is to finish an instruction. */
    boolean answered() {
        return answered;
    }

    boolean isWrite() {
        return write;
    }

    long address() {
        return address + (kind == Kind.MEMORY ? done * size : 0);
    }

    int size() {
        return size;
    }

    void none() {
        kind = Kind.NONE;
        answered = false;
    }

    void halt() {
        kind = Kind.HALT;
    }

    void port(Exit exit) {
        kind = Kind.PORT;
        write = run.get(JAVA_BYTE, Offset.IO_DIRECTION) != IN;
        address = run.get(JAVA_SHORT, Offset.IO_PORT) & 0xffff;
        size = run.get(JAVA_BYTE, Offset.IO_SIZE);
        count = run.get(JAVA_INT, Offset.IO_COUNT);
        data = run.get(JAVA_LONG, Offset.IO_DATA);
        done = 0;
        element(exit);
    }

    void memory(Exit exit) {
        kind = Kind.MEMORY;
        write = run.get(JAVA_BYTE, Offset.MMIO_WRITE) != 0;
        address = run.get(JAVA_LONG, Offset.MMIO_ADDRESS);
        int length = run.get(JAVA_INT, Offset.MMIO_LENGTH);
        boolean whole = Integer.bitCount(length) == 1;
        size = whole ? length : 1;
        count = whole ? 1 : length;
        data = Offset.MMIO_DATA;
        done = 0;
        element(exit);
    }

    /** The next access as an exit. */
    private void element(Exit exit) {
        long value = write ? get(data + (long) done * size) : 0;
        if (kind == Kind.PORT) {
            boolean repeated = count > 1;
            exit.begin(ExitReason.IO_INSTRUCTION, IoQualification.of((int) address, size, !write, repeated, repeated, false), 0);
            exit.access().port((int) address, size, write, (int) value);
        } else {
            exit.begin(ExitReason.EPT_VIOLATION, write ? EptViolation.WRITE : EptViolation.READ, 0);
            exit.physical(address());
            exit.access().memory(address(), size, write, value);
        }
    }

    private long get(long at) {
        return switch (size) {
            case 1 -> run.get(JAVA_BYTE, at) & 0xffL;
            case 2 -> run.get(JAVA_SHORT, at) & 0xffffL;
            case 4 -> run.get(JAVA_INT, at) & 0xffff_ffffL;
            default -> run.get(JAVA_LONG, at);
        };
    }

    private void put(long at, long value) {
        switch (size) {
            case 1 -> run.set(JAVA_BYTE, at, (byte) value);
            case 2 -> run.set(JAVA_SHORT, at, (short) value);
            case 4 -> run.set(JAVA_INT, at, (int) value);
            default -> run.set(JAVA_LONG, at, value);
        }
    }

    void msr(Exit exit, int kvmReason) {
        kind = Kind.MSR;
        write = kvmReason != MSR_READ;
        int index = run.get(JAVA_INT, Offset.MSR_INDEX);
        exit.begin(write ? ExitReason.MSR_WRITE : ExitReason.MSR_READ, 0, MSR_INSTRUCTION);
        exit.access().msr(index, write, write ? run.get(JAVA_LONG, Offset.MSR_DATA) : 0);
    }

    void hypercall(Exit exit) {
        kind = Kind.HYPERCALL;
        exit.begin(ExitReason.VMCALL, 0, VMCALL_INSTRUCTION);
    }

    /** Gives KVM what the monitor answered; false if a further access of the same instruction is now in {@code exit}. */
    boolean answer(Exit exit) {
        Access access = exit.access();
        if (!write) {
            put(data + (long) done * size, access.data());
        }
        done++;
        if (done < count) {
            element(exit);
            return false;
        }
        answered = true;
        return true;
    }

    /** Gives KVM one answer for all that is left. */
    void answerRest(long value) {
        for (; done < count; done++) {
            if (!write) {
                put(data + (long) done * size, value);
            }
        }
        answered = true;
    }

    /** Makes all accesses that are left to memory at {@code hpa}; writes only where it is {@code writable}. */
    void reach(HostMemory memory, long hpa, boolean writable) {
        byte[] bytes = new byte[(count - done) * size];
        if (!write) {
            memory.read(hpa, bytes, 0, bytes.length);
            MemorySegment.copy(bytes, 0, run, JAVA_BYTE, data + (long) done * size, bytes.length);
        } else if (writable) {
            MemorySegment.copy(run, JAVA_BYTE, data + (long) done * size, bytes, 0, bytes.length);
            memory.write(hpa, bytes, 0, bytes.length);
        }
        done = count;
        answered = true;
    }

    /** Whether KVM asks only because its filter says so: it has the register itself. */
    boolean filtered() {
        return run.get(JAVA_INT, Offset.MSR_REASON) == MsrFilter.REASON_FILTER;
    }

    void answerMsr(long value) {
        run.set(JAVA_LONG, Offset.MSR_DATA, value);
        run.set(JAVA_BYTE, Offset.MSR_ERROR, (byte) 0);
        answered = true;
    }

    /** The access faults. */
    void failMsr() {
        run.set(JAVA_BYTE, Offset.MSR_ERROR, (byte) 1);
        answered = true;
    }

    void answerHypercall(long result) {
        run.set(JAVA_LONG, Offset.HYPERCALL_RESULT, result);
        answered = true;
    }
}
