package org.jvmx.isa;

import static org.jvmx.isa.FlagRule.COMPARE_SCALAR;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/** MMX, SSE, SSE2 and SSE3 in the two-byte opcode map. SDM Vol. 2, "Two-byte Opcode Map". */
final class SimdMap {
    private SimdMap() {
    }

    static void define(RowDrafts map) {
        map.map(OpcodeMap.MAP_0F);
        moves(map);
        integerMoves(map);
        conversions(map);
        floatingPoint(map);
        packedInteger(map);
        shifts(map);
        wordsAndMasks(map);
        String reason = "no form with this prefix or operand";
        map.undefined(0x12, 0x13, reason);
        map.undefined(0x16, 0x17, reason);
        map.undefined(0x2b, reason);
        map.undefined(0x50, reason);
        map.undefined(0x71, 0x73, reason);
        map.undefined(0xc5, reason);
        map.undefined(0xd7, reason);
        map.undefined(0xe7, reason);
        map.undefined(0xf0, reason);
        map.undefined(0xf7, reason);
    }

    private static RowDraft none(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).np().sse(Feature.SSE);
    }

    private static RowDraft p66(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).p66().sse(Feature.SSE2);
    }

    private static RowDraft f3(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).f3().sse(Feature.SSE);
    }

    private static RowDraft f2(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).f2().sse(Feature.SSE2);
    }

    private static void moves(RowDrafts map) {
        none(map, 0x10, MOVUPS, Vps, Wps).unaligned();
        none(map, 0x11, MOVUPS, Wps, Vps).unaligned();
        p66(map, 0x10, MOVUPD, Vpd, Wpd).unaligned();
        p66(map, 0x11, MOVUPD, Wpd, Vpd).unaligned();
        f3(map, 0x10, MOVSS, Vss, Wss);
        f3(map, 0x11, MOVSS, Wss, Vss);
        f2(map, 0x10, MOVSD_XMM, Vsd, Wsd);
        f2(map, 0x11, MOVSD_XMM, Wsd, Vsd);
        none(map, 0x12, MOVLPS, Vq, Mq);
        none(map, 0x12, MOVHLPS, Vq, Uq);
        none(map, 0x13, MOVLPS, Mq, Vq);
        none(map, 0x16, MOVHPS, Vq, Mq);
        none(map, 0x16, MOVLHPS, Vq, Uq);
        none(map, 0x17, MOVHPS, Mq, Vq);
        p66(map, 0x12, MOVLPD, Vq, Mq);
        p66(map, 0x13, MOVLPD, Mq, Vq);
        p66(map, 0x16, MOVHPD, Vq, Mq);
        p66(map, 0x17, MOVHPD, Mq, Vq);
        f3(map, 0x12, MOVSLDUP, Vps, Wps).needs(Feature.SSE3);
        f3(map, 0x16, MOVSHDUP, Vps, Wps).needs(Feature.SSE3);
        f2(map, 0x12, MOVDDUP, Vpd, Wq).needs(Feature.SSE3);
        none(map, 0x28, MOVAPS, Vps, Wps);
        none(map, 0x29, MOVAPS, Wps, Vps);
        p66(map, 0x28, MOVAPD, Vpd, Wpd);
        p66(map, 0x29, MOVAPD, Wpd, Vpd);
        none(map, 0x2b, MOVNTPS, Mdq, Vps);
        p66(map, 0x2b, MOVNTPD, Mdq, Vpd);
        none(map, 0x50, MOVMSKPS, Gd, Ups);
        p66(map, 0x50, MOVMSKPD, Gd, Upd);
    }

    private static void integerMoves(RowDrafts map) {
        map.row(0x6e, MOVD, Pq, Ed).np().size(2 | 4).mmx(Feature.MMX);
        map.row(0x6e, MOVQ, Pq, Eq).np().size(8).mmx(Feature.MMX);
        map.row(0x7e, MOVD, Ed, Pd).np().size(2 | 4).mmx(Feature.MMX);
        map.row(0x7e, MOVQ, Eq, Pq).np().size(8).mmx(Feature.MMX);
        p66(map, 0x6e, MOVD, Vdq, Ed).size(2 | 4);
        p66(map, 0x6e, MOVQ, Vdq, Eq).size(8);
        p66(map, 0x7e, MOVD, Ed, Vd).size(2 | 4);
        p66(map, 0x7e, MOVQ, Eq, Vq).size(8);
        map.row(0x6f, MOVQ, Pq, Qq).np().mmx(Feature.MMX);
        map.row(0x7f, MOVQ, Qq, Pq).np().mmx(Feature.MMX);
        p66(map, 0x6f, MOVDQA, Vdq, Wdq);
        p66(map, 0x7f, MOVDQA, Wdq, Vdq);
        f3(map, 0x6f, MOVDQU, Vdq, Wdq).needs(Feature.SSE2).unaligned();
        f3(map, 0x7f, MOVDQU, Wdq, Vdq).needs(Feature.SSE2).unaligned();
        f3(map, 0x7e, MOVQ, Vq, Wq).needs(Feature.SSE2);
        p66(map, 0xd6, MOVQ, Wq, Vq);
        f3(map, 0xd6, MOVQ2DQ, Vdq, Nq).needs(Feature.SSE2).state(StateClass.SSE_MMX);
        f2(map, 0xd6, MOVDQ2Q, Pq, Uq).state(StateClass.SSE_MMX);
        map.row(0xe7, MOVNTQ, Mq, Pq).np().mmx(Feature.SSE);
        p66(map, 0xe7, MOVNTDQ, Mdq, Vdq);
        f2(map, 0xf0, LDDQU, Vdq, Mdq).needs(Feature.SSE3).unaligned();
        map.row(0xf7, MASKMOVQ, Pq, Nq).np().mmx(Feature.SSE);
        p66(map, 0xf7, MASKMOVDQU, Vdq, Udq);
        map.row(0x77, EMMS).np().mmx(Feature.MMX);
    }

    private static void conversions(RowDrafts map) {
        none(map, 0x2a, CVTPI2PS, Vq, Qq).state(StateClass.SSE_MMX);
        p66(map, 0x2a, CVTPI2PD, Vpd, Qq).state(StateClass.SSE_MMX);
        f3(map, 0x2a, CVTSI2SS, Vss, Ey);
        f2(map, 0x2a, CVTSI2SD, Vsd, Ey);
        none(map, 0x2c, CVTTPS2PI, Pq, Wq).state(StateClass.SSE_MMX);
        p66(map, 0x2c, CVTTPD2PI, Pq, Wpd).state(StateClass.SSE_MMX);
        f3(map, 0x2c, CVTTSS2SI, Gy, Wss);
        f2(map, 0x2c, CVTTSD2SI, Gy, Wsd);
        none(map, 0x2d, CVTPS2PI, Pq, Wq).state(StateClass.SSE_MMX);
        p66(map, 0x2d, CVTPD2PI, Pq, Wpd).state(StateClass.SSE_MMX);
        f3(map, 0x2d, CVTSS2SI, Gy, Wss);
        f2(map, 0x2d, CVTSD2SI, Gy, Wsd);
        none(map, 0x5a, CVTPS2PD, Vpd, Wq).needs(Feature.SSE2);
        p66(map, 0x5a, CVTPD2PS, Vps, Wpd);
        f3(map, 0x5a, CVTSS2SD, Vsd, Wss).needs(Feature.SSE2);
        f2(map, 0x5a, CVTSD2SS, Vss, Wsd);
        none(map, 0x5b, CVTDQ2PS, Vps, Wdq).needs(Feature.SSE2);
        p66(map, 0x5b, CVTPS2DQ, Vdq, Wps);
        f3(map, 0x5b, CVTTPS2DQ, Vdq, Wps).needs(Feature.SSE2);
        p66(map, 0xe6, CVTTPD2DQ, Vdq, Wpd);
        f3(map, 0xe6, CVTDQ2PD, Vpd, Wq).needs(Feature.SSE2);
        f2(map, 0xe6, CVTPD2DQ, Vdq, Wpd);
    }

    private static void floatingPoint(RowDrafts map) {
        packed(map, 0x14, UNPCKLPS, UNPCKLPD);
        packed(map, 0x15, UNPCKHPS, UNPCKHPD);
        none(map, 0x2e, UCOMISS, Vss, Wss).flags(COMPARE_SCALAR);
        p66(map, 0x2e, UCOMISD, Vsd, Wsd).flags(COMPARE_SCALAR);
        none(map, 0x2f, COMISS, Vss, Wss).flags(COMPARE_SCALAR);
        p66(map, 0x2f, COMISD, Vsd, Wsd).flags(COMPARE_SCALAR);
        all(map, 0x51, SQRTPS, SQRTPD, SQRTSS, SQRTSD);
        none(map, 0x52, RSQRTPS, Vps, Wps);
        f3(map, 0x52, RSQRTSS, Vss, Wss);
        none(map, 0x53, RCPPS, Vps, Wps);
        f3(map, 0x53, RCPSS, Vss, Wss);
        packed(map, 0x54, ANDPS, ANDPD);
        packed(map, 0x55, ANDNPS, ANDNPD);
        packed(map, 0x56, ORPS, ORPD);
        packed(map, 0x57, XORPS, XORPD);
        all(map, 0x58, ADDPS, ADDPD, ADDSS, ADDSD);
        all(map, 0x59, MULPS, MULPD, MULSS, MULSD);
        all(map, 0x5c, SUBPS, SUBPD, SUBSS, SUBSD);
        all(map, 0x5d, MINPS, MINPD, MINSS, MINSD);
        all(map, 0x5e, DIVPS, DIVPD, DIVSS, DIVSD);
        all(map, 0x5f, MAXPS, MAXPD, MAXSS, MAXSD);
        p66(map, 0x7c, HADDPD, Vpd, Wpd).needs(Feature.SSE3);
        f2(map, 0x7c, HADDPS, Vps, Wps).needs(Feature.SSE3);
        p66(map, 0x7d, HSUBPD, Vpd, Wpd).needs(Feature.SSE3);
        f2(map, 0x7d, HSUBPS, Vps, Wps).needs(Feature.SSE3);
        p66(map, 0xd0, ADDSUBPD, Vpd, Wpd).needs(Feature.SSE3);
        f2(map, 0xd0, ADDSUBPS, Vps, Wps).needs(Feature.SSE3);
        none(map, 0xc2, CMPPS, Vps, Wps, Ib);
        p66(map, 0xc2, CMPPD, Vpd, Wpd, Ib);
        f3(map, 0xc2, CMPSS, Vss, Wss, Ib);
        f2(map, 0xc2, CMPSD_XMM, Vsd, Wsd, Ib);
        none(map, 0xc6, SHUFPS, Vps, Wps, Ib);
        p66(map, 0xc6, SHUFPD, Vpd, Wpd, Ib);
    }

    private static void packed(RowDrafts map, int opcode, Mnemonic single, Mnemonic twice) {
        none(map, opcode, single, Vps, Wps);
        p66(map, opcode, twice, Vpd, Wpd);
    }

    private static void all(RowDrafts map, int opcode, Mnemonic ps, Mnemonic pd, Mnemonic ss, Mnemonic sd) {
        packed(map, opcode, ps, pd);
        f3(map, opcode, ss, Vss, Wss);
        f2(map, opcode, sd, Vsd, Wsd);
    }

    private static void packedInteger(RowDrafts map) {
        Mnemonic[] unpack = {PUNPCKLBW, PUNPCKLWD, PUNPCKLDQ};
        for (int n = 0; n < 3; n++) {
            map.row(0x60 + n, unpack[n], Pq, Qd).np().mmx(Feature.MMX);
            p66(map, 0x60 + n, unpack[n], Vdq, Wdq);
        }
        integer(map, 0x63, Feature.MMX, PACKSSWB, PCMPGTB, PCMPGTW, PCMPGTD, PACKUSWB, PUNPCKHBW, PUNPCKHWD, PUNPCKHDQ, PACKSSDW);
        p66(map, 0x6c, PUNPCKLQDQ, Vdq, Wdq);
        p66(map, 0x6d, PUNPCKHQDQ, Vdq, Wdq);
        integer(map, 0x74, Feature.MMX, PCMPEQB, PCMPEQW, PCMPEQD);
        integer(map, 0xd1, Feature.MMX, PSRLW, PSRLD, PSRLQ);
        integer(map, 0xd4, Feature.SSE2, PADDQ);
        integer(map, 0xd5, Feature.MMX, PMULLW);
        integer(map, 0xd8, Feature.MMX, PSUBUSB, PSUBUSW);
        integer(map, 0xda, Feature.SSE, PMINUB);
        integer(map, 0xdb, Feature.MMX, PAND, PADDUSB, PADDUSW);
        integer(map, 0xde, Feature.SSE, PMAXUB);
        integer(map, 0xdf, Feature.MMX, PANDN);
        integer(map, 0xe0, Feature.SSE, PAVGB);
        integer(map, 0xe1, Feature.MMX, PSRAW, PSRAD);
        integer(map, 0xe3, Feature.SSE, PAVGW, PMULHUW);
        integer(map, 0xe5, Feature.MMX, PMULHW);
        integer(map, 0xe8, Feature.MMX, PSUBSB, PSUBSW);
        integer(map, 0xea, Feature.SSE, PMINSW);
        integer(map, 0xeb, Feature.MMX, POR, PADDSB, PADDSW);
        integer(map, 0xee, Feature.SSE, PMAXSW);
        integer(map, 0xef, Feature.MMX, PXOR);
        integer(map, 0xf1, Feature.MMX, PSLLW, PSLLD, PSLLQ);
        integer(map, 0xf4, Feature.SSE2, PMULUDQ);
        integer(map, 0xf5, Feature.MMX, PMADDWD);
        integer(map, 0xf6, Feature.SSE, PSADBW);
        integer(map, 0xf8, Feature.MMX, PSUBB, PSUBW, PSUBD);
        integer(map, 0xfb, Feature.SSE2, PSUBQ);
        integer(map, 0xfc, Feature.MMX, PADDB, PADDW, PADDD);
    }

    /** Rows at successive opcodes that work on MMX registers, and with 66H on XMM registers (SSE2). */
    private static void integer(RowDrafts map, int opcode, Feature mmx, Mnemonic... mnemonics) {
        for (int n = 0; n < mnemonics.length; n++) {
            map.row(opcode + n, mnemonics[n], Pq, Qq).np().mmx(mmx);
            p66(map, opcode + n, mnemonics[n], Vdq, Wdq);
        }
    }

    private static void shifts(RowDrafts map) {
        Mnemonic[][] groups = {{PSRLW, PSRAW, PSLLW}, {PSRLD, PSRAD, PSLLD}, {PSRLQ, null, PSLLQ}};
        for (int group = 0; group < 3; group++) {
            for (int member = 0; member < 3; member++) {
                Mnemonic mnemonic = groups[group][member];
                if (mnemonic != null) {
                    map.row(0x71 + group, mnemonic, Nq, Ib).reg(2 + 2 * member).np().mmx(Feature.MMX);
                    p66(map, 0x71 + group, mnemonic, Udq, Ib).reg(2 + 2 * member);
                }
            }
        }
        p66(map, 0x73, PSRLDQ, Udq, Ib).reg(3);
        p66(map, 0x73, PSLLDQ, Udq, Ib).reg(7);
        map.row(0x70, PSHUFW, Pq, Qq, Ib).np().mmx(Feature.SSE);
        p66(map, 0x70, PSHUFD, Vdq, Wdq, Ib);
        f3(map, 0x70, PSHUFHW, Vdq, Wdq, Ib).needs(Feature.SSE2);
        f2(map, 0x70, PSHUFLW, Vdq, Wdq, Ib);
    }

    private static void wordsAndMasks(RowDrafts map) {
        map.row(0xc4, PINSRW, Pq, RdMw, Ib).np().mmx(Feature.SSE);
        p66(map, 0xc4, PINSRW, Vdq, RdMw, Ib);
        map.row(0xc5, PEXTRW, Gd, Nq, Ib).np().mmx(Feature.SSE);
        p66(map, 0xc5, PEXTRW, Gd, Udq, Ib);
        map.row(0xd7, PMOVMSKB, Gd, Nq).np().mmx(Feature.SSE);
        p66(map, 0xd7, PMOVMSKB, Gd, Udq);
    }
}
