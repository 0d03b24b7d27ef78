package org.jvmx.isa;

import static org.jvmx.isa.FlagRule.*;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/** The three-byte opcode map 0F 38. SDM Vol. 2, "Three-byte Opcode Map". */
final class Map0F38 {
    private Map0F38() {
    }

    static void define(RowDrafts map) {
        map.map(OpcodeMap.MAP_0F38);
        supplemental3(map);
        streaming41(map);
        cryptography(map);
        general(map);
        undefined(map);
    }

    private static void undefined(RowDrafts map) {
        String vector = "undefined without VEX or EVEX";
        String none = "undefined";
        map.undefined(0x0c, 0x0f, vector);
        map.undefined(0x11, 0x13, vector);
        map.undefined(0x16, vector);
        map.undefined(0x18, 0x1b, vector);
        map.undefined(0x1f, vector);
        map.undefined(0x26, 0x27, vector);
        map.undefined(0x2a, "MOVNTDQA has no register form");
        map.undefined(0x2c, 0x2f, vector);
        map.undefined(0x36, vector);
        map.undefined(0x42, 0x7f, vector);
        map.undefined(0x80, 0x82, "no register form");
        map.undefined(0x83, 0xc7, vector);
        map.undefined(0xce, none);
        map.undefined(0xcf, "GFNI is not offered");
        map.undefined(0xd0, 0xd7, none);
        map.undefined(0xd8, "Key Locker is not offered");
        map.undefined(0xd9, 0xda, none);
        map.undefined(0xe0, 0xef, none);
        map.undefined(0xf0, 0xf1, "MOVBE has no register form");
        map.undefined(0xf2, 0xf4, vector);
        map.undefined(0xf5, "CET is not offered");
        map.undefined(0xf7, vector);
        map.undefined(0xf8, "MOVDIR64B, ENQCMD and ENQCMDS are not offered");
        map.undefined(0xf9, "MOVDIRI is not offered");
        map.undefined(0xfa, 0xfb, "Key Locker is not offered");
        map.undefined(0xfc, "RAO-INT is not offered");
        map.undefined(0xfd, 0xff, none);
    }

    private static void supplemental3(RowDrafts map) {
        Mnemonic[] first = {PSHUFB, PHADDW, PHADDD, PHADDSW, PMADDUBSW, PHSUBW, PHSUBD, PHSUBSW, PSIGNB, PSIGNW, PSIGND, PMULHRSW};
        for (int opcode = 0; opcode < first.length; opcode++) {
            both(map, opcode, first[opcode]);
        }
        both(map, 0x1c, PABSB);
        both(map, 0x1d, PABSW);
        both(map, 0x1e, PABSD);
    }

    private static void both(RowDrafts map, int opcode, Mnemonic mnemonic) {
        map.row(opcode, mnemonic, Pq, Qq).np().mmx(Feature.SSSE3);
        map.row(opcode, mnemonic, Vdq, Wdq).p66().sse(Feature.SSSE3);
    }

    private static RowDraft sse41(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).p66().sse(Feature.SSE41);
    }

    private static void streaming41(RowDrafts map) {
        sse41(map, 0x10, PBLENDVB, Vdq, Wdq, XMM0);
        sse41(map, 0x14, BLENDVPS, Vps, Wps, XMM0);
        sse41(map, 0x15, BLENDVPD, Vpd, Wpd, XMM0);
        sse41(map, 0x17, PTEST, Vdq, Wdq).flags(NONE.writes(ZF | CF).clears(OF | SF | AF | PF));
        Mnemonic[] signed = {PMOVSXBW, PMOVSXBD, PMOVSXBQ, PMOVSXWD, PMOVSXWQ, PMOVSXDQ};
        Mnemonic[] unsigned = {PMOVZXBW, PMOVZXBD, PMOVZXBQ, PMOVZXWD, PMOVZXWQ, PMOVZXDQ};
        Operand[] sources = {Wq, Wd, Ww, Wq, Wd, Wq};
        for (int n = 0; n < 6; n++) {
            sse41(map, 0x20 + n, signed[n], Vdq, sources[n]);
            sse41(map, 0x30 + n, unsigned[n], Vdq, sources[n]);
        }
        sse41(map, 0x28, PMULDQ, Vdq, Wdq);
        sse41(map, 0x29, PCMPEQQ, Vdq, Wdq);
        sse41(map, 0x2a, MOVNTDQA, Vdq, Mdq);
        sse41(map, 0x2b, PACKUSDW, Vdq, Wdq);
        sse41(map, 0x37, PCMPGTQ, Vdq, Wdq).needs(Feature.SSE42);
        Mnemonic[] minMax = {PMINSB, PMINSD, PMINUW, PMINUD, PMAXSB, PMAXSD, PMAXUW, PMAXUD, PMULLD, PHMINPOSUW};
        for (int n = 0; n < minMax.length; n++) {
            sse41(map, 0x38 + n, minMax[n], Vdq, Wdq);
        }
    }

    private static void cryptography(RowDrafts map) {
        map.row(0xc8, SHA1NEXTE, Vdq, Wdq).np().sse(Feature.SHA);
        map.row(0xc9, SHA1MSG1, Vdq, Wdq).np().sse(Feature.SHA);
        map.row(0xca, SHA1MSG2, Vdq, Wdq).np().sse(Feature.SHA);
        map.row(0xcb, SHA256RNDS2, Vdq, Wdq, XMM0).np().sse(Feature.SHA);
        map.row(0xcc, SHA256MSG1, Vdq, Wdq).np().sse(Feature.SHA);
        map.row(0xcd, SHA256MSG2, Vdq, Wdq).np().sse(Feature.SHA);
        Mnemonic[] aes = {AESIMC, AESENC, AESENCLAST, AESDEC, AESDECLAST};
        for (int n = 0; n < aes.length; n++) {
            map.row(0xdb + n, aes[n], Vdq, Wdq).p66().sse(Feature.AES);
        }
    }

    private static void general(RowDrafts map) {
        invalidate(map, 0x80, INVEPT, Intercept.INVEPT).needs(Feature.VMX).flags(FlagRule.VMX).protectedMode();
        invalidate(map, 0x81, INVVPID, Intercept.INVVPID).needs(Feature.VMX).flags(FlagRule.VMX).protectedMode();
        invalidate(map, 0x82, INVPCID, Intercept.INVPCID).needs(Feature.INVPCID).cpl0();
        map.row(0xf0, MOVBE, Gv, Mv).noRep().needs(Feature.MOVBE);
        map.row(0xf1, MOVBE, Mv, Gv).noRep().needs(Feature.MOVBE);
        map.row(0xf0, CRC32, Gy, Eb).f2().needs(Feature.SSE42);
        map.row(0xf1, CRC32, Gy, Ev).f2().needs(Feature.SSE42);
        map.row(0xf6, ADCX, Gy, Ey).p66().needs(Feature.ADX).flags(NONE.reads(CF).writes(CF));
        map.row(0xf6, ADOX, Gy, Ey).f3().needs(Feature.ADX).flags(NONE.reads(OF).writes(OF));
    }

    private static RowDraft invalidate(RowDrafts map, int opcode, Mnemonic mnemonic, Intercept cause) {
        return map.row(opcode, mnemonic, Gn, Mdq).p66().f64().exit(cause);
    }
}
