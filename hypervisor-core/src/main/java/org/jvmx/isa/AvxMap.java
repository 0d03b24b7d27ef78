package org.jvmx.isa;

import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/** AVX, AVX2, F16C and FMA without a legacy form. SDM Vol. 2, "Opcode Map". */
final class AvxMap {
    private AvxMap() {
    }

    static void define(RowDrafts map) {
        map.map(OpcodeMap.VEX_0F38);
        permutations(map);
        broadcasts(map);
        masked(map);
        variableShifts(map);
        gathers(map);
        fused(map);
        map.map(OpcodeMap.VEX_0F3A);
        immediates(map);
        halves(map);
    }

    private static RowDraft narrow(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).p66().l(0).w(0);
    }

    private static RowDraft wide(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).p66().l(1).w(0);
    }

    private static void permutations(RowDrafts map) {
        Mnemonic[] permute = {VPERMILPS, VPERMILPD};
        Mnemonic[] test = {VTESTPS, VTESTPD};
        FlagRule flags = FlagRule.NONE.writes(FlagRule.ZF | FlagRule.CF).clears(FlagRule.OF | FlagRule.SF | FlagRule.AF | FlagRule.PF);
        for (int n = 0; n < 2; n++) {
            narrow(map, 0x0c + n, permute[n], Vdq, Hdq, Wdq).avx(Feature.AVX);
            wide(map, 0x0c + n, permute[n], Vqq, Hqq, Wqq).avx(Feature.AVX);
            narrow(map, 0x0e + n, test[n], Vdq, Wdq).avx(Feature.AVX).flags(flags);
            wide(map, 0x0e + n, test[n], Vqq, Wqq).avx(Feature.AVX).flags(flags);
        }
        wide(map, 0x16, VPERMPS, Vqq, Hqq, Wqq).avx(Feature.AVX2);
        wide(map, 0x36, VPERMD, Vqq, Hqq, Wqq).avx(Feature.AVX2);
        narrow(map, 0x13, VCVTPH2PS, Vdq, Wq).avx(Feature.F16C);
        wide(map, 0x13, VCVTPH2PS, Vqq, Wdq).avx(Feature.F16C);
    }

    private static void broadcasts(RowDrafts map) {
        narrow(map, 0x18, VBROADCASTSS, Vdq, Md).avx(Feature.AVX);
        wide(map, 0x18, VBROADCASTSS, Vqq, Md).avx(Feature.AVX);
        narrow(map, 0x18, VBROADCASTSS, Vdq, Uss).avx(Feature.AVX2);
        wide(map, 0x18, VBROADCASTSS, Vqq, Uss).avx(Feature.AVX2);
        wide(map, 0x19, VBROADCASTSD, Vqq, Mq).avx(Feature.AVX);
        wide(map, 0x19, VBROADCASTSD, Vqq, Usd).avx(Feature.AVX2);
        wide(map, 0x1a, VBROADCASTF128, Vqq, Mdq).avx(Feature.AVX);
        wide(map, 0x5a, VBROADCASTI128, Vqq, Mdq).avx(Feature.AVX2);
        broadcast(map, 0x78, VPBROADCASTB, Wb);
        broadcast(map, 0x79, VPBROADCASTW, Ww);
        broadcast(map, 0x58, VPBROADCASTD, Wd);
        broadcast(map, 0x59, VPBROADCASTQ, Wq);
    }

    private static void broadcast(RowDrafts map, int opcode, Mnemonic mnemonic, Operand source) {
        narrow(map, opcode, mnemonic, Vdq, source).avx(Feature.AVX2);
        wide(map, opcode, mnemonic, Vqq, source).avx(Feature.AVX2);
    }

    private static void masked(RowDrafts map) {
        moveMasked(map, 0x2c, VMASKMOVPS, 2, 0, Feature.AVX);
        moveMasked(map, 0x2d, VMASKMOVPD, 2, 0, Feature.AVX);
        moveMasked(map, 0x8c, VPMASKMOVD, 2, 0, Feature.AVX2);
        moveMasked(map, 0x8c, VPMASKMOVQ, 2, 1, Feature.AVX2);
    }

    private static void moveMasked(RowDrafts map, int opcode, Mnemonic mnemonic, int toStore, int w, Feature feature) {
        narrow(map, opcode, mnemonic, Vdq, Hdq, Mdq).w(w).avx(feature);
        wide(map, opcode, mnemonic, Vqq, Hqq, Mqq).w(w).avx(feature);
        narrow(map, opcode + toStore, mnemonic, Mdq, Hdq, Vdq).w(w).avx(feature);
        wide(map, opcode + toStore, mnemonic, Mqq, Hqq, Vqq).w(w).avx(feature);
    }

    private static void variableShifts(RowDrafts map) {
        variable(map, 0x45, VPSRLVD, 0);
        variable(map, 0x45, VPSRLVQ, 1);
        variable(map, 0x46, VPSRAVD, 0);
        variable(map, 0x47, VPSLLVD, 0);
        variable(map, 0x47, VPSLLVQ, 1);
    }

    private static void variable(RowDrafts map, int opcode, Mnemonic mnemonic, int w) {
        narrow(map, opcode, mnemonic, Vdq, Hdq, Wdq).w(w).avx(Feature.AVX2);
        wide(map, opcode, mnemonic, Vqq, Hqq, Wqq).w(w).avx(Feature.AVX2);
    }

    private static void gathers(RowDrafts map) {
        Mnemonic[] byDoubleword = {VPGATHERDD, VPGATHERDQ, VGATHERDPS, VGATHERDPD};
        Mnemonic[] byQuadword = {VPGATHERQD, VPGATHERQQ, VGATHERQPS, VGATHERQPD};
        for (int n = 0; n < 4; n += 2) {
            gather(map, 0x90 + n, byDoubleword[n], MDx, MDy, Vqq, Hqq, 0);
            gather(map, 0x90 + n, byDoubleword[n + 1], MQx, MQx, Vqq, Hqq, 1);
            gather(map, 0x91 + n, byQuadword[n], MDx, MDy, Vdq, Hdq, 0);
            gather(map, 0x91 + n, byQuadword[n + 1], MQx, MQy, Vqq, Hqq, 1);
        }
    }

    private static void gather(RowDrafts map, int opcode, Mnemonic mnemonic, Operand from, Operand fromWide, Operand into, Operand mask,
            int w) {
        narrow(map, opcode, mnemonic, Vdq, from, Hdq).w(w).avx(Feature.AVX2);
        wide(map, opcode, mnemonic, into, fromWide, mask).w(w).avx(Feature.AVX2);
    }

    private static void fused(RowDrafts map) {
        String[] orders = {"132", "213", "231"};
        String[] packed = {"VFMADDSUB", "VFMSUBADD", "VFMADD", "VFMSUB", "VFNMADD", "VFNMSUB"};
        for (int order = 0; order < 3; order++) {
            for (int n = 0; n < packed.length; n++) {
                int opcode = 0x96 + (order << 4) + (n < 2 ? n : 2 * n - 2);
                String name = packed[n] + orders[order];
                for (int w = 0; w < 2; w++) {
                    Mnemonic mnemonic = Mnemonic.valueOf(name + (w == 0 ? "PS" : "PD"));
                    narrow(map, opcode, mnemonic, Vdq, Hdq, Wdq).w(w).avx(Feature.FMA);
                    wide(map, opcode, mnemonic, Vqq, Hqq, Wqq).w(w).avx(Feature.FMA);
                    if (n >= 2) {
                        Mnemonic scalar = Mnemonic.valueOf(name + (w == 0 ? "SS" : "SD"));
                        map.row(opcode + 1, scalar, w == 0 ? Vss : Vsd, Hdq, w == 0 ? Wss : Wsd).p66().w(w).avx(Feature.FMA);
                    }
                }
            }
        }
    }

    private static void immediates(RowDrafts map) {
        wide(map, 0x00, VPERMQ, Vqq, Wqq, Ib).w(1).avx(Feature.AVX2);
        wide(map, 0x01, VPERMPD, Vqq, Wqq, Ib).w(1).avx(Feature.AVX2);
        narrow(map, 0x02, VPBLENDD, Vdq, Hdq, Wdq, Ib).avx(Feature.AVX2);
        wide(map, 0x02, VPBLENDD, Vqq, Hqq, Wqq, Ib).avx(Feature.AVX2);
        narrow(map, 0x04, VPERMILPS, Vdq, Wdq, Ib).avx(Feature.AVX);
        wide(map, 0x04, VPERMILPS, Vqq, Wqq, Ib).avx(Feature.AVX);
        narrow(map, 0x05, VPERMILPD, Vdq, Wdq, Ib).avx(Feature.AVX);
        wide(map, 0x05, VPERMILPD, Vqq, Wqq, Ib).avx(Feature.AVX);
        narrow(map, 0x1d, VCVTPS2PH, Wq, Vdq, Ib).avx(Feature.F16C);
        wide(map, 0x1d, VCVTPS2PH, Wdq, Vqq, Ib).avx(Feature.F16C);
    }

    private static void halves(RowDrafts map) {
        wide(map, 0x06, VPERM2F128, Vqq, Hqq, Wqq, Ib).avx(Feature.AVX);
        wide(map, 0x18, VINSERTF128, Vqq, Hqq, Wdq, Ib).avx(Feature.AVX);
        wide(map, 0x19, VEXTRACTF128, Wdq, Vqq, Ib).avx(Feature.AVX);
        wide(map, 0x46, VPERM2I128, Vqq, Hqq, Wqq, Ib).avx(Feature.AVX2);
        wide(map, 0x38, VINSERTI128, Vqq, Hqq, Wdq, Ib).avx(Feature.AVX2);
        wide(map, 0x39, VEXTRACTI128, Wdq, Vqq, Ib).avx(Feature.AVX2);
    }
}
