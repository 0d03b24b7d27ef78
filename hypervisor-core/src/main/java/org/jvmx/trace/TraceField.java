package org.jvmx.trace;

import java.util.Locale;
import org.jvmx.arch.Hot;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;

/**
 * The fields of a trace record, in their canonical order. A record is a long for each; one that the exit does not define is 0. The canonical
 * binary form is these longs, little-endian.
 */
public enum TraceField {
    /** The exit-reason field of the VMCS. */
    REASON("reason", false),
    VCPU("vcpu", true),
    /** Nanoseconds on the machine's clock. */
    TIME("t", true),
    RIP("rip", false),
    QUALIFICATION("qualification", false),
    GUEST_PHYSICAL("guestPhysical", false),
    GUEST_LINEAR("guestLinear", false),
    INTERRUPTION("interruption", false),
    INTERRUPTION_ERROR("interruptionError", false),
    IDT_VECTORING("idtVectoring", false),
    IDT_VECTORING_ERROR("idtVectoringError", false),
    INSTRUCTION_LENGTH("instructionLength", true),
    INSTRUCTION_INFORMATION("instructionInformation", false),
    /** Kind, size and direction of the access that the monitor is asked for, see {@link #access}. */
    ACCESS("access", false),
    /** Port, guest-physical address, MSR, CPUID leaf. */
    ADDRESS("address", false),
    /** What the guest writes; the subleaf of CPUID. */
    DATA("data", false);

    /** Longs of a record. */
    public static final int COUNT = values().length;

    /** Bytes of a canonical record. */
    public static final int RECORD_SIZE = 8 * COUNT;

    private static final long WORD = 0xffff_ffffL;
    private static final Access.Kind[] KINDS = Access.Kind.values();

    private final String label;
    private final boolean decimal;

    TraceField(String label, boolean decimal) {
        this.label = label;
        this.decimal = decimal;
    }

    /** Its name in JSON. */
    public String label() {
        return label;
    }

    /** Whether people read it as a decimal number; others are hexadecimal. */
    public boolean isDecimal() {
        return decimal;
    }

    /** The record of an exit. */
    @Hot
    static void fill(long[] record, int vcpu, long nanos, long rip, Exit exit) {
        record[REASON.ordinal()] = exit.reasonField() & WORD;
        record[VCPU.ordinal()] = vcpu;
        record[TIME.ordinal()] = nanos;
        record[RIP.ordinal()] = rip;
        record[QUALIFICATION.ordinal()] = exit.qualification();
        record[GUEST_PHYSICAL.ordinal()] = exit.guestPhysicalAddress();
        record[GUEST_LINEAR.ordinal()] = exit.guestLinearAddress();
        record[INTERRUPTION.ordinal()] = exit.interruptionInformation() & WORD;
        record[INTERRUPTION_ERROR.ordinal()] = exit.interruptionErrorCode() & WORD;
        record[IDT_VECTORING.ordinal()] = exit.idtVectoringInformation() & WORD;
        record[IDT_VECTORING_ERROR.ordinal()] = exit.idtVectoringErrorCode() & WORD;
        record[INSTRUCTION_LENGTH.ordinal()] = exit.instructionLength();
        record[INSTRUCTION_INFORMATION.ordinal()] = exit.instructionInformation() & WORD;
        fill(record, exit.access());
    }

    @Hot
    private static void fill(long[] record, Access access) {
        Access.Kind kind = access.kind();
        boolean asked = kind != Access.Kind.NONE;
        record[ACCESS.ordinal()] = asked ? kind.ordinal() | access.size() << 4 | (access.isWrite() ? 1 << 8 : 0) : 0;
        record[ADDRESS.ordinal()] = asked ? access.address() : 0;
        record[DATA.ordinal()] = !asked ? 0 : access.isWrite() ? access.data() : kind == Access.Kind.CPUID ? access.ecx() & WORD : 0;
    }

    /** An {@link #ACCESS} value in words: {@code port-write-1}. */
    static String access(long value) {
        String kind = KINDS[(int) value & 15].name().toLowerCase(Locale.ROOT);
        return kind + ((value & 1 << 8) != 0 ? "-write-" : "-read-") + (value >> 4 & 15);
    }

    /** Whether a number that was read is an {@link #ACCESS} value. */
    static boolean isAccess(long value) {
        return value >>> 9 == 0 && (value & 15) < KINDS.length;
    }

    /** The reverse of {@link #access}. */
    static long parseAccess(String words) {
        String[] parts = words.split("-");
        long kind = Access.Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)).ordinal();
        return kind | Long.parseLong(parts[2]) << 4 | (parts[1].equals("write") ? 1 << 8 : 0);
    }
}
