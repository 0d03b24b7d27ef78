package org.jvmx.isa;

import static org.jvmx.isa.FlagRule.*;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/** The VEX-encoded instructions on general registers. SDM Vol. 2, "Opcode Map". */
final class VexMap {
    private VexMap() {
    }

    static void define(RowDrafts map) {
        FlagRule logic = NONE.writes(SF | ZF).clears(OF | CF).leavesUndefined(AF | PF);
        FlagRule lowest = NONE.writes(SF | ZF | CF).clears(OF).leavesUndefined(AF | PF);
        map.map(OpcodeMap.VEX_0F);
        map.undefined(0x00, 0xff, "undefined with VEX, or not offered: AVX-512 on mask registers");
        map.map(OpcodeMap.VEX_0F38);
        map.undefined(0x00, 0xff, "undefined with VEX, or not offered: AVX-VNNI, GFNI, SM3, SM4, SHA-512, VAES and VPCLMULQDQ of 256 bits");
        bmi(map, 0xf2, ANDN, Gy, By, Ey).np().needs(Feature.BMI1).flags(logic);
        bmi(map, 0xf3, BLSR, By, Ey).reg(1).np().needs(Feature.BMI1).flags(lowest);
        bmi(map, 0xf3, BLSMSK, By, Ey).reg(2).np().needs(Feature.BMI1).flags(NONE.writes(SF | CF).clears(ZF | OF).leavesUndefined(AF | PF));
        bmi(map, 0xf3, BLSI, By, Ey).reg(3).np().needs(Feature.BMI1).flags(lowest);
        bmi(map, 0xf7, BEXTR, Gy, Ey, By).np().needs(Feature.BMI1).flags(NONE.writes(ZF).clears(OF | CF).leavesUndefined(SF | AF | PF));
        bmi(map, 0xf5, BZHI, Gy, Ey, By).np().flags(lowest);
        bmi(map, 0xf5, PEXT, Gy, By, Ey).f3();
        bmi(map, 0xf5, PDEP, Gy, By, Ey).f2();
        bmi(map, 0xf6, MULX, Gy, By, Ey).f2();
        bmi(map, 0xf7, SHLX, Gy, Ey, By).p66();
        bmi(map, 0xf7, SARX, Gy, Ey, By).f3();
        bmi(map, 0xf7, SHRX, Gy, Ey, By).f2();
        map.map(OpcodeMap.VEX_0F3A);
        map.undefined(0x00, 0xff, "undefined with VEX, or not offered: AVX-VNNI, GFNI, SM3, SM4, SHA-512, VAES and VPCLMULQDQ of 256 bits");
        bmi(map, 0xf0, RORX, Gy, Ey, Ib).f2();
    }

    private static RowDraft bmi(RowDrafts map, int opcode, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).l(0).needs(Feature.BMI2).protectedMode();
    }
}
