package org.jvmx.isa;

import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The VEX forms of the rows on XMM registers, derived from them: the same opcode in the VEX map, a first source in VEX.vvvv where the legacy
 * row reads its destination, and a row of 256 bits where there is one. SDM Vol. 2, "VEX Encoding and AVX Instructions".
 */
final class VexForms {
    /** What does not read its destination, or only that. */
    private static final Set<Mnemonic> ONE_SOURCE = EnumSet.of(MOVUPS, MOVUPD, MOVAPS, MOVAPD, MOVDQA, MOVDQU, MOVNTPS, MOVNTPD, MOVNTDQ,
            MOVNTDQA, LDDQU, MOVD, MOVQ, MOVDDUP, MOVSHDUP, MOVSLDUP, MOVMSKPS, MOVMSKPD, PMOVMSKB, MASKMOVDQU, LDMXCSR, STMXCSR,
            UCOMISS, UCOMISD, COMISS, COMISD, CVTTSS2SI, CVTTSD2SI, CVTSS2SI, CVTSD2SI, CVTPS2PD, CVTPD2PS, CVTDQ2PS, CVTPS2DQ, CVTTPS2DQ,
            CVTTPD2DQ, CVTDQ2PD, CVTPD2DQ, SQRTPS, SQRTPD, RSQRTPS, RCPPS, ROUNDPS, ROUNDPD, PABSB, PABSW, PABSD, PSHUFD, PSHUFHW, PSHUFLW,
            PTEST, PMOVSXBW, PMOVSXBD, PMOVSXBQ, PMOVSXWD, PMOVSXWQ, PMOVSXDQ, PMOVZXBW, PMOVZXBD, PMOVZXBQ, PMOVZXWD, PMOVZXWQ, PMOVZXDQ,
            PHMINPOSUW, PCMPESTRM, PCMPESTRI, PCMPISTRM, PCMPISTRI, AESIMC, AESKEYGENASSIST, PEXTRB, PEXTRW, PEXTRD, PEXTRQ, EXTRACTPS);

    /** What has no form of 256 bits. */
    private static final Set<Mnemonic> ONLY_128 = EnumSet.of(MOVD, MOVQ, MASKMOVDQU, LDMXCSR, STMXCSR, PHMINPOSUW, PCMPESTRM, PCMPESTRI,
            PCMPISTRM, PCMPISTRI, AESIMC, AESKEYGENASSIST, AESENC, AESENCLAST, AESDEC, AESDECLAST, PCLMULQDQ, PEXTRB, PEXTRW, PEXTRD,
            PEXTRQ,
            EXTRACTPS, PINSRB, PINSRW, PINSRD, PINSRQ, INSERTPS, DPPD);

    /** Integer operations, which came to 256 bits with AVX2 only. */
    private static final Set<Mnemonic> NOT_INTEGER = EnumSet.of(PTEST);
    private static final Set<Mnemonic> INTEGER = EnumSet.of(MOVNTDQA, MPSADBW);

    private static final Set<Mnemonic> ALIGNED = EnumSet.of(MOVAPS, MOVAPD, MOVDQA, MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTDQA);

    /** Shifts by a count in an XMM register or 16 bytes of memory, whatever the length is. */
    private static final Set<Mnemonic> SHIFTS = EnumSet.of(PSLLW, PSLLD, PSLLQ, PSRAW, PSRAD, PSRLW, PSRLD, PSRLQ);

    /** The source is as wide as two elements, and the result as one. */
    private static final Set<Mnemonic> NARROWING = EnumSet.of(CVTPD2PS, CVTPD2DQ, CVTTPD2DQ);

    /** Those whose VEX forms have operands, or opcodes, of their own. */
    private static final Set<Mnemonic> SPECIAL = EnumSet.of(MOVSS, MOVSD_XMM, MOVLPS, MOVLPD, MOVHPS, MOVHPD, MOVHLPS, MOVLHPS, PBLENDVB,
            BLENDVPS, BLENDVPD);

    private VexForms() {
    }

    static void define(RowDrafts map) {
        for (RowDraft base : List.copyOf(map.rows())) {
            boolean derived = base.state == StateClass.SSE && base.mnemonic.vex() != null && !SPECIAL.contains(base.mnemonic);
            if (derived) {
                derive(map, base);
            }
        }
        map.map(OpcodeMap.VEX_0F);
        partial(map);
        map.row(0x77, VZEROUPPER).np().l(0).avx(Feature.AVX);
        map.row(0x77, VZEROALL).np().l(1).avx(Feature.AVX);
        map.map(OpcodeMap.VEX_0F3A);
        blend(map, 0x4a, VBLENDVPS, Feature.AVX);
        blend(map, 0x4b, VBLENDVPD, Feature.AVX);
        blend(map, 0x4c, VPBLENDVB, Feature.AVX2);
    }

    private static void derive(RowDrafts map, RowDraft base) {
        map.map(switch (base.map) {
            case MAP_0F -> OpcodeMap.VEX_0F;
            case MAP_0F38 -> OpcodeMap.VEX_0F38;
            default -> OpcodeMap.VEX_0F3A;
        });
        boolean scalar = false;
        for (Operand operand : base.operands) {
            scalar |= operand == Vss || operand == Vsd || operand == Wss || operand == Wsd;
        }
        boolean separate = base.feature == Feature.AES || base.feature == Feature.PCLMULQDQ;
        form(map, base, false).l(scalar ? Row.ANY : 0).avx(separate ? base.feature : Feature.AVX);
        if (!scalar && !ONLY_128.contains(base.mnemonic)) {
            form(map, base, true).l(1).avx(isInteger(base.mnemonic) ? Feature.AVX2 : Feature.AVX);
        }
    }

    private static boolean isInteger(Mnemonic mnemonic) {
        return INTEGER.contains(mnemonic) || mnemonic.name().startsWith("P") && !NOT_INTEGER.contains(mnemonic);
    }

    private static RowDraft form(RowDrafts map, RowDraft base, boolean wide) {
        List<Operand> operands = new ArrayList<>();
        for (Operand operand : base.operands) {
            operands.add(wide ? widened(base.mnemonic, operand, operands.isEmpty()) : operand);
        }
        if (!ONE_SOURCE.contains(base.mnemonic)) {
            // Shifts by an immediate name their source in ModRM.rm, and the destination in VEX.vvvv.
            operands.add(base.regDigit >= 0 ? 0 : 1, wide ? Hqq : Hdq);
        }
        RowDraft draft = map.row(base.opcode, base.mnemonic.vex(), operands.toArray(Operand[]::new));
        draft.prefixes = base.prefixes;
        draft.sizes = base.sizes;
        draft.regDigit = base.regDigit;
        draft.modRm = base.modRm;
        draft.memoryOnly = base.memoryOnly;
        draft.registerOnly = base.registerOnly;
        draft.flags = base.flags;
        return draft.aligned(ALIGNED.contains(base.mnemonic) ? wide ? 32 : 16 : 1);
    }

    private static Operand widened(Mnemonic mnemonic, Operand operand, boolean destination) {
        boolean stays = destination ? NARROWING.contains(mnemonic) : SHIFTS.contains(mnemonic);
        return stays ? operand : switch (operand) {
            case Vdq, Vps, Vpd -> Vqq;
            case Wdq, Wps, Wpd -> Wqq;
            case Udq, Ups, Upd -> Uqq;
            case Mdq -> Mqq;
            case Wq -> mnemonic == MOVDDUP ? Wqq : Wdq;
            case Wd -> Wq;
            case Ww -> Wd;
            default -> operand;
        };
    }

    /** Moves of a part of a register: the rest comes from the first source, or is zero where the source is memory. */
    private static void partial(RowDrafts map) {
        map.row(0x10, VMOVSS, Vdq, Hdq, Uss).f3().avx(Feature.AVX);
        map.row(0x10, VMOVSS, Vdq, Md).f3().avx(Feature.AVX);
        map.row(0x11, VMOVSS, Uss, Hdq, Vdq).f3().avx(Feature.AVX);
        map.row(0x11, VMOVSS, Md, Vss).f3().avx(Feature.AVX);
        map.row(0x10, VMOVSD_XMM, Vdq, Hdq, Usd).f2().avx(Feature.AVX);
        map.row(0x10, VMOVSD_XMM, Vdq, Mq).f2().avx(Feature.AVX);
        map.row(0x11, VMOVSD_XMM, Usd, Hdq, Vdq).f2().avx(Feature.AVX);
        map.row(0x11, VMOVSD_XMM, Mq, Vsd).f2().avx(Feature.AVX);
        map.row(0x12, VMOVLPS, Vq, Hdq, Mq).np().l(0).avx(Feature.AVX);
        map.row(0x12, VMOVHLPS, Vq, Hdq, Uq).np().l(0).avx(Feature.AVX);
        map.row(0x13, VMOVLPS, Mq, Vq).np().l(0).avx(Feature.AVX);
        map.row(0x16, VMOVHPS, Vq, Hdq, Mq).np().l(0).avx(Feature.AVX);
        map.row(0x16, VMOVLHPS, Vq, Hdq, Uq).np().l(0).avx(Feature.AVX);
        map.row(0x17, VMOVHPS, Mq, Vq).np().l(0).avx(Feature.AVX);
        map.row(0x12, VMOVLPD, Vq, Hdq, Mq).p66().l(0).avx(Feature.AVX);
        map.row(0x13, VMOVLPD, Mq, Vq).p66().l(0).avx(Feature.AVX);
        map.row(0x16, VMOVHPD, Vq, Hdq, Mq).p66().l(0).avx(Feature.AVX);
        map.row(0x17, VMOVHPD, Mq, Vq).p66().l(0).avx(Feature.AVX);
    }

    private static void blend(RowDrafts map, int opcode, Mnemonic mnemonic, Feature wide) {
        map.row(opcode, mnemonic, Vdq, Hdq, Wdq, Ldq).p66().l(0).w(0).avx(Feature.AVX);
        map.row(opcode, mnemonic, Vqq, Hqq, Wqq, Lqq).p66().l(1).w(0).avx(wide);
    }
}
