package org.jvmx.isa;

import static org.jvmx.isa.FlagRule.*;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/** The two-byte opcode map without MMX and SSE. SDM Vol. 2, "Two-byte Opcode Map" and "Opcode Extensions for One- and Two-byte Opcodes". */
final class TwoByteMap {
    private static final Mnemonic[] JCC = {JO, JNO, JB, JNB, JZ, JNZ, JBE, JNBE, JS, JNS, JP, JNP, JL, JNL, JLE, JNLE};
    private static final Mnemonic[] SETCC = {
        SETO, SETNO, SETB, SETNB, SETZ, SETNZ, SETBE, SETNBE, SETS, SETNS, SETP, SETNP, SETL, SETNL, SETLE, SETNLE};
    private static final Mnemonic[] CMOVCC = {
        CMOVO, CMOVNO, CMOVB, CMOVNB, CMOVZ, CMOVNZ, CMOVBE, CMOVNBE, CMOVS, CMOVNS, CMOVP, CMOVNP, CMOVL, CMOVNL, CMOVLE, CMOVNLE};

    private TwoByteMap() {
    }

    static void define(RowDrafts map) {
        map.map(OpcodeMap.MAP_0F);
        descriptorTables(map);
        virtualization(map);
        system(map);
        controlRegisters(map);
        hints(map);
        conditions(map);
        bits(map);
        integer(map);
        savedState(map);
        undefined(map);
    }

    private static void descriptorTables(RowDrafts map) {
        map.row(0x00, SLDT, RvMw).reg(0).protectedMode().umip().exit(Intercept.LDTR_TR);
        map.row(0x00, STR, RvMw).reg(1).protectedMode().umip().exit(Intercept.LDTR_TR);
        map.row(0x00, LLDT, Ew).reg(2).protectedMode().cpl0().exit(Intercept.LDTR_TR);
        map.row(0x00, LTR, Ew).reg(3).protectedMode().cpl0().exit(Intercept.LDTR_TR);
        map.row(0x00, VERR, Ew).reg(4).protectedMode().flags(NONE.writes(ZF));
        map.row(0x00, VERW, Ew).reg(5).protectedMode().flags(NONE.writes(ZF));
        map.row(0x01, SGDT, Ms).reg(0).f64().umip().exit(Intercept.GDTR_IDTR);
        map.row(0x01, SIDT, Ms).reg(1).f64().umip().exit(Intercept.GDTR_IDTR);
        map.row(0x01, LGDT, Ms).reg(2).f64().cpl0().exit(Intercept.GDTR_IDTR);
        map.row(0x01, LIDT, Ms).reg(3).f64().cpl0().exit(Intercept.GDTR_IDTR);
        map.row(0x01, SMSW, RvMw).reg(4).umip();
        map.row(0x01, LMSW, Ew).reg(6).cpl0().exit(Intercept.CR_ACCESS);
        map.row(0x01, INVLPG, M).reg(7).cpl0().exit(Intercept.INVLPG);
        map.row(0x02, LAR, Gv, Ew).protectedMode().flags(NONE.writes(ZF));
        map.row(0x03, LSL, Gv, Ew).protectedMode().flags(NONE.writes(ZF));
    }

    /** VMCALL reaches the monitor whatever the guest is offered. */
    private static void virtualization(RowDrafts map) {
        map.row(0x01, VMCALL).reg(0).rm(1).np().exit(Intercept.VMCALL).flags(FlagRule.VMX);
        vmx(map, 0x01, VMLAUNCH, Intercept.VMLAUNCH).reg(0).rm(2).np();
        vmx(map, 0x01, VMRESUME, Intercept.VMRESUME).reg(0).rm(3).np();
        vmx(map, 0x01, VMXOFF, Intercept.VMXOFF).reg(0).rm(4).np();
        vmx(map, 0x01, VMFUNC, Intercept.VMFUNC).reg(2).rm(4).np().flags(NONE);
        vmx(map, 0x78, VMREAD, En, Gn).np().exit(Intercept.VMREAD).f64();
        vmx(map, 0x79, VMWRITE, Gn, En).np().exit(Intercept.VMWRITE).f64();
        vmx(map, 0xc7, VMPTRLD, Mq).reg(6).np().exit(Intercept.VMPTRLD);
        vmx(map, 0xc7, VMCLEAR, Mq).reg(6).p66().exit(Intercept.VMCLEAR);
        vmx(map, 0xc7, VMXON, Mq).reg(6).f3().exit(Intercept.VMXON);
        vmx(map, 0xc7, VMPTRST, Mq).reg(7).np().exit(Intercept.VMPTRST);
    }

    private static RowDraft vmx(RowDrafts map, int opcode, Mnemonic mnemonic, Intercept cause) {
        return vmx(map, opcode, mnemonic).exit(cause);
    }

    /** VMX instructions look at CPL themselves, after the check for VMX operation and the intercept. */
    private static RowDraft vmx(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).needs(Feature.VMX).protectedMode().flags(FlagRule.VMX);
    }

    private static void system(RowDrafts map) {
        map.row(0x01, MONITOR).reg(1).rm(0).np().needs(Feature.MONITOR).cpl0().exit(Intercept.MONITOR);
        map.row(0x01, MWAIT).reg(1).rm(1).np().needs(Feature.MONITOR).cpl0().exit(Intercept.MWAIT);
        map.row(0x01, CLAC).reg(1).rm(2).np().needs(Feature.SMAP).flags(NONE.clears(AC));
        map.row(0x01, STAC).reg(1).rm(3).np().needs(Feature.SMAP).flags(NONE.sets(AC));
        map.row(0x01, XGETBV).reg(2).rm(0).np().needs(Feature.XSAVE);
        map.row(0x01, XSETBV).reg(2).rm(1).np().needs(Feature.XSAVE).cpl0().exit(Intercept.XSETBV);
        map.row(0x01, SWAPGS).reg(7).rm(0).only64().cpl0();
        map.row(0x01, RDTSCP).reg(7).rm(1).needs(Feature.RDTSCP).exit(Intercept.RDTSCP);
        map.row(0x05, SYSCALL).only64().needs(Feature.SYSCALL).flags(NONE.reads(ALL).writes(ALL));
        map.row(0x06, CLTS).cpl0().exit(Intercept.CR_ACCESS);
        map.row(0x07, SYSRET).only64().needs(Feature.SYSCALL).cpl0().flags(NONE.writes(ALL));
        map.row(0x08, INVD).cpl0().exit(Intercept.INVD);
        map.row(0x09, WBINVD).cpl0().exit(Intercept.WBINVD);
        map.row(0x0b, UD2);
        map.row(0xb9, UD1, Gv, Ev);
        map.row(0xff, UD0, Gv, Ev);
        map.row(0x30, WRMSR).needs(Feature.MSR).cpl0().exit(Intercept.WRMSR);
        map.row(0x31, RDTSC).needs(Feature.TSC).exit(Intercept.RDTSC);
        map.row(0x32, RDMSR).needs(Feature.MSR).cpl0().exit(Intercept.RDMSR);
        map.row(0x33, RDPMC).exit(Intercept.RDPMC);
        map.row(0x34, SYSENTER).needs(Feature.SEP).flags(NONE.clears(IF | VM));
        map.row(0x35, SYSEXIT).needs(Feature.SEP).cpl0();
        map.row(0x37, GETSEC).np().needs(Feature.SMX).exit(Intercept.GETSEC);
        map.row(0xa2, CPUID).exit(Intercept.CPUID);
        map.row(0xaa, RSM).exit(Intercept.RSM).flags(NONE.writes(ALL));
    }

    private static void controlRegisters(RowDrafts map) {
        FlagRule undefined = NONE.leavesUndefined(OSZAPC);
        map.row(0x20, MOV_CR, Rn, Cd).f64().cpl0().exit(Intercept.CR_ACCESS).flags(undefined);
        map.row(0x21, MOV_DR, Rn, Dd).f64().cpl0().exit(Intercept.DR_ACCESS).flags(undefined);
        map.row(0x22, MOV_CR, Cd, Rn).f64().cpl0().exit(Intercept.CR_ACCESS).flags(undefined);
        map.row(0x23, MOV_DR, Dd, Rn).f64().cpl0().exit(Intercept.DR_ACCESS).flags(undefined);
    }

    private static void hints(RowDrafts map) {
        map.row(0x0d, NOP, Ev);
        map.row(0x0d, PREFETCHW, Mb).reg(1);
        for (int opcode = 0x18; opcode < 0x20; opcode++) {
            map.row(opcode, NOP, Ev);
        }
        Mnemonic[] prefetch = {PREFETCHNTA, PREFETCHT0, PREFETCHT1, PREFETCHT2};
        for (int digit = 0; digit < 4; digit++) {
            map.row(0x18, prefetch[digit], Mb).reg(digit);
        }
        map.row(0x1e, ENDBR64).f3().reg(7).rm(2);
        map.row(0x1e, ENDBR32).f3().reg(7).rm(3);
    }

    private static void conditions(RowDrafts map) {
        for (int code = 0; code < 16; code++) {
            FlagRule flags = OneByteMap.condition(code);
            map.row(0x40 + code, CMOVCC[code], Gv, Ev).needs(Feature.CMOV).flags(flags);
            map.row(0x80 + code, JCC[code], Jz).f64().flags(flags);
            map.row(0x90 + code, SETCC[code], Eb).flags(flags);
        }
    }

    private static void bits(RowDrafts map) {
        Mnemonic[] tests = {BT, BTS, BTR, BTC};
        for (int n = 0; n < 4; n++) {
            map.row(0xa3 + 8 * n, tests[n], Ev, Gv).flags(BIT).lock = n > 0;
            map.row(0xba, tests[n], Ev, Ib).reg(4 + n).flags(BIT).lock = n > 0;
        }
        map.row(0xa4, SHLD, Ev, Gv, Ib).flags(SHIFT);
        map.row(0xa5, SHLD, Ev, Gv, CL).flags(SHIFT);
        map.row(0xac, SHRD, Ev, Gv, Ib).flags(SHIFT);
        map.row(0xad, SHRD, Ev, Gv, CL).flags(SHIFT);
        map.row(0xb8, POPCNT, Gv, Ev).f3().needs(Feature.POPCNT).flags(NONE.writes(ZF).clears(OSZAPC & ~ZF));
        map.row(0xbc, BSF, Gv, Ev).flags(BIT_SCAN);
        map.row(0xbd, BSR, Gv, Ev).flags(BIT_SCAN);
        FlagRule count = NONE.writes(CF | ZF).leavesUndefined(OF | SF | AF | PF);
        map.row(0xbc, TZCNT, Gv, Ev).f3().needs(Feature.BMI1).flags(count);
        map.row(0xbd, LZCNT, Gv, Ev).f3().needs(Feature.LZCNT).flags(count);
        map.row(0xc8, BSWAP, Zv);
    }

    private static void integer(RowDrafts map) {
        map.row(0xa0, PUSH_SREG, FS).d64();
        map.row(0xa1, POP_SREG, FS).d64();
        map.row(0xa8, PUSH_SREG, GS).d64();
        map.row(0xa9, POP_SREG, GS).d64();
        map.row(0xaf, IMUL, Gv, Ev).flags(OneByteMap.multiply());
        map.row(0xb0, CMPXCHG, Eb, Gb).lock().flags(ARITHMETIC);
        map.row(0xb1, CMPXCHG, Ev, Gv).lock().flags(ARITHMETIC);
        map.row(0xb2, LSS, Gv, Mp);
        map.row(0xb4, LFS, Gv, Mp);
        map.row(0xb5, LGS, Gv, Mp);
        map.row(0xb6, MOVZX, Gv, Eb);
        map.row(0xb7, MOVZX, Gv, Ew);
        map.row(0xbe, MOVSX, Gv, Eb);
        map.row(0xbf, MOVSX, Gv, Ew);
        map.row(0xc0, XADD, Eb, Gb).lock().flags(ARITHMETIC);
        map.row(0xc1, XADD, Ev, Gv).lock().flags(ARITHMETIC);
        map.row(0xc3, MOVNTI, My, Gy).np().needs(Feature.SSE2);
        map.row(0xc7, CMPXCHG8B, Mq).reg(1).size(2 | 4).lock().needs(Feature.CX8).flags(NONE.writes(ZF));
        map.row(0xc7, CMPXCHG16B, Mdq).reg(1).size(8).lock().needs(Feature.CX16).aligned(16).flags(NONE.writes(ZF));
        FlagRule random = NONE.writes(CF).clears(OSZAPC & ~CF);
        map.row(0xc7, RDRAND, Rv).reg(6).noRep().needs(Feature.RDRAND).exit(Intercept.RDRAND).flags(random);
        map.row(0xc7, RDSEED, Rv).reg(7).noRep().needs(Feature.RDSEED).exit(Intercept.RDSEED).flags(random);
        map.row(0xc7, RDPID, Rn).reg(7).f3().needs(Feature.RDPID).exit(Intercept.RDPID);
    }

    private static void savedState(RowDrafts map) {
        map.row(0xae, FXSAVE, M).reg(0).np().needs(Feature.FXSR).aligned(16);
        map.row(0xae, FXRSTOR, M).reg(1).np().needs(Feature.FXSR).aligned(16);
        map.row(0xae, LDMXCSR, Md).reg(2).np().sse(Feature.SSE);
        map.row(0xae, STMXCSR, Md).reg(3).np().sse(Feature.SSE);
        map.row(0xae, XSAVE, M).reg(4).np().needs(Feature.XSAVE).aligned(64);
        map.row(0xae, XRSTOR, M).reg(5).np().needs(Feature.XSAVE).aligned(64);
        map.row(0xae, XSAVEOPT, M).reg(6).np().needs(Feature.XSAVEOPT).aligned(64);
        map.row(0xc7, XRSTORS, M).reg(3).np().needs(Feature.XSAVES).cpl0().aligned(64).exit(Intercept.XRSTORS);
        map.row(0xc7, XSAVEC, M).reg(4).np().needs(Feature.XSAVEC).aligned(64);
        map.row(0xc7, XSAVES, M).reg(5).np().needs(Feature.XSAVES).cpl0().aligned(64).exit(Intercept.XSAVES);
        map.row(0xae, CLFLUSH, Mb).reg(7).np().needs(Feature.CLFSH);
        map.row(0xae, CLFLUSHOPT, Mb).reg(7).p66().needs(Feature.CLFLUSHOPT);
        map.row(0xae, CLWB, Mb).reg(6).p66().needs(Feature.CLWB);
        map.row(0xae, LFENCE).reg(5).registers().np().needs(Feature.SSE2);
        map.row(0xae, MFENCE).reg(6).registers().np().needs(Feature.SSE2);
        map.row(0xae, SFENCE).reg(7).registers().np().needs(Feature.SSE);
        map.row(0xae, RDFSBASE, Ry).reg(0).f3().only64().needs(Feature.FSGSBASE);
        map.row(0xae, RDGSBASE, Ry).reg(1).f3().only64().needs(Feature.FSGSBASE);
        map.row(0xae, WRFSBASE, Ry).reg(2).f3().only64().needs(Feature.FSGSBASE);
        map.row(0xae, WRGSBASE, Ry).reg(3).f3().only64().needs(Feature.FSGSBASE);
    }

    private static void undefined(RowDrafts map) {
        map.undefined(0x00, "/6 and /7 are undefined");
        map.undefined(0x01, "no such member of the group is offered");
        map.undefined(0x04, "undefined");
        map.undefined(0x05, "SYSCALL exists in 64-bit mode only");
        map.undefined(0x07, "SYSRET exists in 64-bit mode only");
        map.undefined(0x0a, "undefined");
        map.undefined(0x0c, "undefined");
        map.undefined(0x0e, 0x0f, "AMD's 3DNow! only");
        map.undefined(0x24, 0x27, "undefined; test registers of the 80386 and 80486");
        map.undefined(0x36, "undefined");
        map.undefined(0x37, "GETSEC takes no prefix");
        map.undefined(0x39, "undefined");
        map.undefined(0x3b, 0x3f, "undefined");
        map.undefined(0x78, 0x79, "VMREAD and VMWRITE take no prefix");
        map.undefined(0x7a, 0x7b, "undefined without EVEX");
        map.undefined(0xa6, 0xa7, "undefined; VIA's PadLock");
        map.undefined(0xae, "no such member of the group is offered");
        map.undefined(0xb2, "no register form");
        map.undefined(0xb4, 0xb5, "no register form");
        map.undefined(0xb8, "JMPE exists on Itanium only");
        map.undefined(0xba, "/0 to /3 are undefined");
        map.undefined(0xc3, "no register form; no prefix");
        map.undefined(0xc7, "no such member of the group is offered");
    }
}
