package org.jvmx.isa;

import static org.jvmx.isa.FlagRule.*;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/** The three-byte opcode map 0F 3A. SDM Vol. 2, "Three-byte Opcode Map". */
final class Map0F3A {
    private Map0F3A() {
    }

    static void define(RowDrafts map) {
        map.map(OpcodeMap.MAP_0F3A);
        sse41(map, 0x08, ROUNDPS, Vps, Wps, Ib);
        sse41(map, 0x09, ROUNDPD, Vpd, Wpd, Ib);
        sse41(map, 0x0a, ROUNDSS, Vss, Wss, Ib);
        sse41(map, 0x0b, ROUNDSD, Vsd, Wsd, Ib);
        sse41(map, 0x0c, BLENDPS, Vps, Wps, Ib);
        sse41(map, 0x0d, BLENDPD, Vpd, Wpd, Ib);
        sse41(map, 0x0e, PBLENDW, Vdq, Wdq, Ib);
        map.row(0x0f, PALIGNR, Pq, Qq, Ib).np().mmx(Feature.SSSE3);
        sse41(map, 0x0f, PALIGNR, Vdq, Wdq, Ib).needs(Feature.SSSE3);
        sse41(map, 0x14, PEXTRB, RdMb, Vdq, Ib);
        sse41(map, 0x15, PEXTRW, RdMw, Vdq, Ib);
        sse41(map, 0x16, PEXTRD, Ed, Vdq, Ib).size(2 | 4);
        sse41(map, 0x16, PEXTRQ, Eq, Vdq, Ib).size(8);
        sse41(map, 0x17, EXTRACTPS, Ed, Vdq, Ib);
        sse41(map, 0x20, PINSRB, Vdq, RdMb, Ib);
        sse41(map, 0x21, INSERTPS, Vdq, Wd, Ib);
        sse41(map, 0x22, PINSRD, Vdq, Ed, Ib).size(2 | 4);
        sse41(map, 0x22, PINSRQ, Vdq, Eq, Ib).size(8);
        sse41(map, 0x40, DPPS, Vps, Wps, Ib);
        sse41(map, 0x41, DPPD, Vpd, Wpd, Ib);
        sse41(map, 0x42, MPSADBW, Vdq, Wdq, Ib);
        sse41(map, 0x44, PCLMULQDQ, Vdq, Wdq, Ib).needs(Feature.PCLMULQDQ);
        FlagRule flags = NONE.writes(OF | SF | ZF | CF).clears(AF | PF);
        Mnemonic[] strings = {PCMPESTRM, PCMPESTRI, PCMPISTRM, PCMPISTRI};
        for (int n = 0; n < 4; n++) {
            sse41(map, 0x60 + n, strings[n], Vdq, Wdq, Ib).needs(Feature.SSE42).unaligned().flags(flags);
        }
        map.row(0xcc, SHA1RNDS4, Vdq, Wdq, Ib).np().sse(Feature.SHA);
        sse41(map, 0xdf, AESKEYGENASSIST, Vdq, Wdq, Ib).needs(Feature.AES);
        undefined(map);
    }

    private static void undefined(RowDrafts map) {
        String vector = "undefined without VEX or EVEX";
        map.undefined(0x00, 0x07, vector);
        map.undefined(0x10, 0x13, vector);
        map.undefined(0x18, 0x1f, vector);
        map.undefined(0x23, 0x3f, vector);
        map.undefined(0x43, vector);
        map.undefined(0x45, 0x5f, vector);
        map.undefined(0x64, 0xcb, vector);
        map.undefined(0xcd, "undefined");
        map.undefined(0xce, 0xcf, "GFNI is not offered");
        map.undefined(0xd0, 0xde, "undefined");
        map.undefined(0xe0, 0xff, "undefined, HRESET is not offered");
    }

    private static RowDraft sse41(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).p66().sse(Feature.SSE41);
    }
}
