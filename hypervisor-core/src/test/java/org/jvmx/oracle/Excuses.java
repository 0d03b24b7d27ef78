package org.jvmx.oracle;

import static org.jvmx.isa.Mnemonic.*;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.Operand;
import org.jvmx.isa.Row;
import org.jvmx.isa.StateClass;

/**
 * What a user program on Linux cannot judge, with the reason. Everything else is compared bit for bit, but for flags that a row calls undefined.
 *
 * <p>Rows without a 64-bit form, and one in five cases of the others, run in a 32-bit code segment of compatibility mode. 16-bit code segments and
 * other segments than Linux's own are {@link SegmentOracleTest}'s. A reason ends with who judges the row instead.
 */
final class Excuses {
    private static final String DESCRIPTORS = "depends on descriptor tables; judged by silicon in SegmentOracleTest";
    private static final Map<Mnemonic, String> ROWS = new EnumMap<>(Mnemonic.class);
    private static final Set<Mnemonic> APPROXIMATE = EnumSet.of(F2XM1, FYL2X, FYL2XP1, FSIN, FCOS, FSINCOS, FPTAN, FPATAN);
    private static final Set<Mnemonic> LARGE = EnumSet.of(FXSAVE, FXRSTOR, XSAVE, XRSTOR, FNSAVE, FRSTOR, FNSTENV, FLDENV);
    private static final Set<Mnemonic> MASKED = EnumSet.of(VMASKMOVPS, VMASKMOVPD, VPMASKMOVD, VPMASKMOVQ);
    private static final Set<Mnemonic> RELATIVE_ERROR = EnumSet.of(RCPPS, RCPSS, RSQRTPS, RSQRTSS, VRCPPS, VRCPSS, VRSQRTPS,
            VRSQRTSS);

    static {
        excuse("the value is the host's own; kvm-unit-tests tsc and msr, and the tests of the processor model, judge it", CPUID, RDTSC,
                RDTSCP, RDPMC, RDRAND, RDSEED, RDPID, XGETBV);
        excuse("enters the host's kernel; kvm-unit-tests syscall, idt_test and eventinj, PrivilegeTest and EventDeliveryTest judge it",
                SYSCALL, SYSENTER, INT);
        excuse("reaches the hypervisor below the host; kvm-unit-tests hypercall and ControlRegisterTest judge it", VMCALL);
        excuse("the host's kernel emulates it under CR4.UMIP; kvm-unit-tests umip and PrivilegeTest judge it", SGDT, SIDT, SLDT, STR, SMSW);
        excuse(DESCRIPTORS, CALL_FAR, JMP_FAR, RET_FAR, IRET, IRETD, IRETQ, LSS, LFS, LGS, LES, LDS,
                POP_SREG, LAR, LSL, VERR, VERW);
        excuse("which parts are written depends on how a processor tracks its state; kvm-unit-tests xsave judges it", XSAVEOPT, XSAVEC);
    }

    private Excuses() {
    }

    private static void excuse(String reason, Mnemonic... mnemonics) {
        for (Mnemonic mnemonic : mnemonics) {
            ROWS.put(mnemonic, reason);
        }
    }

    /** Why a row is not judged at all, or null. */
    static String excused(Row row) {
        if (row.mnemonic == MOV_SREG && row.operands.getFirst() == Operand.Sw) {
            return DESCRIPTORS;
        }
        return ROWS.get(row.mnemonic);
    }

    /** Why an instruction of a judged row is not judged, or null. */
    static String excused(Insn insn) {
        return insn.mnemonic == BSWAP && insn.operandSize == 2 ? "undefined: BSWAP of 16 bits" : null;
    }

    /** Why the outcome for certain operands is not judged, or null. {@code count} is CL. */
    static String excused(Insn insn, int count) {
        if (insn.mnemonic == SHLD || insn.mnemonic == SHRD) {
            int by = (insn.row.operands.getLast() == Operand.CL ? count : (int) insn.immediate) & 31;
            return insn.operandSize == 2 && by > 16 ? "undefined: double shift by more than the width" : null;
        }
        return null;
    }

    /** Which byte of an operand larger than a register is touched first, so where a page fault is reported, is each processor's own. */
    static boolean anyAddress(Row row) {
        return LARGE.contains(row.mnemonic);
    }

    /** Of a masked store into two pages the byte that is reported may be any of those in the page that is missing. */
    static boolean anyPlace(Insn insn) {
        return MASKED.contains(insn.mnemonic) && insn.isMemory(0);
    }

    /** Whether a bad header or a missing page of the legacy region is found first depends on the header. */
    static boolean anyOrder(Row row) {
        return row.mnemonic == XRSTOR;
    }

    /** An MMX store that faults has already set TOP to 0 on this generation of processors; the SDM says nothing of it. */
    static boolean anyTop(Insn insn) {
        return insn.row.state == StateClass.MMX && (insn.mnemonic == MASKMOVQ || insn.operandCount > 0 && insn.isMemory(0));
    }

    /** Transcendental x87 functions: 1 unit in the last place, and C1 with it. */
    static boolean approximate(Row row) {
        return APPROXIMATE.contains(row.mnemonic);
    }

    /** Approximations with the relative error of the SDM, 1.5 * 2^-12. */
    static boolean relativeError(Row row) {
        return RELATIVE_ERROR.contains(row.mnemonic);
    }
}
