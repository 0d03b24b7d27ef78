package org.jvmx.vmx;

/**
 * The access that a monitor must answer before the instruction can finish. A read is answered by {@link #answer}, a write by
 * {@link #accept}. An MSR access that is not answered is made by the processor as if it had not been intercepted; any other one reads all
 * ones, or is dropped.
 */
public final class Access {
    /** What is accessed. */
    public enum Kind {
        NONE, PORT, MEMORY, MSR, CPUID
    }

    private Kind kind = Kind.NONE;
    private long address;
    private int size;
    private boolean write;
    private boolean answered;
    private long data;
    private int eax;
    private int ebx;
    private int ecx;
    private int edx;

    /** No access. */
    public Access() {
    }

    /** What is accessed. */
    public Kind kind() {
        return kind;
    }

    /** The port, the guest-physical address or the MSR's number. */
    public long address() {
        return address;
    }

    /** Bytes: 1, 2, 4 or 8. */
    public int size() {
        return size;
    }

    /** Whether the guest writes {@link #data()}; otherwise it waits for {@link #answer}. */
    public boolean isWrite() {
        return write;
    }

    /** What the guest writes, zero-extended, or what was answered. */
    public long data() {
        return data;
    }

    /** Whether the monitor has answered. */
    public boolean answered() {
        return answered;
    }

    /** Answers a read; bits above {@link #size()} are ignored. */
    public void answer(long value) {
        data = size == 8 ? value : value & (1L << 8 * size) - 1;
        answered = true;
    }

    /** Says that a write was carried out. */
    public void accept() {
        answered = true;
    }

    /** CPUID: the leaf, then its answer. */
    public int eax() {
        return eax;
    }

    /** CPUID: the answer. */
    public int ebx() {
        return ebx;
    }

    /** CPUID: the subleaf, then the answer. */
    public int ecx() {
        return ecx;
    }

    /** CPUID: the answer. */
    public int edx() {
        return edx;
    }

    /** Answers CPUID. */
    public void answerCpuid(int a, int b, int c, int d) {
        eax = a;
        ebx = b;
        ecx = c;
        edx = d;
        answered = true;
    }

    /** For the processor: forgets the access. */
    public void none() {
        kind = Kind.NONE;
        answered = false;
    }

    /** For the processor: a port access. */
    public void port(int port, int bytes, boolean isWrite, int value) {
        begin(Kind.PORT, port, bytes, isWrite, value & 0xffff_ffffL);
    }

    /** For the processor: an access to guest-physical memory. */
    public void memory(long gpa, int bytes, boolean isWrite, long value) {
        begin(Kind.MEMORY, gpa, bytes, isWrite, value);
    }

    /** For the processor: RDMSR or WRMSR. */
    public void msr(int index, boolean isWrite, long value) {
        begin(Kind.MSR, index & 0xffff_ffffL, 8, isWrite, value);
    }

    /** For the processor: CPUID. */
    public void cpuid(int leaf, int subleaf) {
        begin(Kind.CPUID, leaf & 0xffff_ffffL, 4, false, 0);
        eax = leaf;
        ecx = subleaf;
        ebx = 0;
        edx = 0;
    }

    private void begin(Kind what, long where, int bytes, boolean isWrite, long value) {
        kind = what;
        address = where;
        size = bytes;
        write = isWrite;
        data = value;
        answered = false;
        if (!isWrite) {
            data = bytes == 8 ? -1 : (1L << 8 * bytes) - 1;
        }
    }
}
