package org.jvmx.isa;

import java.util.regex.Pattern;

/** Where objdump and the decoder may differ, and why: objdump shows what some processor may do, the decoder what this one does. */
final class ObjdumpDifferences {
    private static final Pattern PREFIXES = Pattern.compile(
            "^((lock|repz|repnz|rep|data16|data32|addr16|addr32|rex(\\.[WRXB]+)?|[cdefgs]s|bnd|notrack|xacquire|xrelease) +)+(?=\\S)");
    private static final String ONLY_PREFIXES =
            "((lock|repz|repnz|rep|data16|data32|addr16|addr32|rex(\\.[WRXB]+)?|[cdefgs]s|bnd|notrack|xacquire|xrelease)( +|$))+";

    /** Extensions that the processor does not offer: of other makers, or newer. */
    private static final Pattern NOT_OFFERED = Pattern.compile("^(v[a-z]|k[a-z]|a(add|or|and|xor)\\b|movdir|wru?ss|gf2p8|encodekey"
            + "|loadiwkey|pi2f|pf2i|aes(enc|dec)(wide)?(128|256)kl|cmp[a-z]+xadd|clzero|extrq|insertq|serialize|stgi|clgi|skinit|invlpga"
            + "|movnts[sd]|femms|pf[a-z]|pswapd|pavgusb|pmulhrw|x(store|crypt|sha)|montmul|rdpkru|wrpkru|rdpru|mcommit"
            + "|m(onitor|wait)x|ptwrite"
            + "|incssp|rdssp|setssbsy|clrssbsy|saveprevssp|rstorssp|enqcmd|umonitor|umwait|tpause|uiret|clui|stui|testui|senduipi|hreset"
            + "|x(abort|begin|end|test|susldtrk|resldtrk)|encl|pconfig|td?call|seam|psmash|pvalidate|rmp|invlpgb|tlbsync|llwpcb|slwpcb|lwp"
            + "|bl(c|sfill|sic)|tz?msk|t1mskc|bextr|(rd|wr)msrlist|wrmsrns|frstpm)");

    /** What is a hint on a processor without the extension. */
    private static final Pattern HINT = Pattern.compile("^(bnd|cldemote|prefetch|rdssp|endbr|nop|xchg)");

    /** Aliases that processors execute and objdump does not know. */
    private static final Pattern ALIAS = Pattern.compile("^(fxch|fcom|fcomp|fstp|salc|[lms]fence|wbinvd|bs[rf]|sysret|syscall|ud0)\\b");

    private ObjdumpDifferences() {
    }

    /** Returns null where both agree or the difference is a known one, else both sides. */
    static String unexplained(Insn insn, long address, int length, String objdump) {
        String theirs = plain(objdump);
        boolean bad = objdump.contains("(bad)");
        if (insn == null) {
            return bad || invalidByRule(objdump, theirs) ? null : "invalid, but objdump shows " + objdump;
        }
        String ours = plain(insn.text(address));
        if (bad && (ALIAS.matcher(ours).find() || HINT.matcher(ours).find()) || objdump.matches(ONLY_PREFIXES)) {
            return null;
        }
        boolean sameName = name(theirs).equals(name(ours)) || renamed(ours, theirs);
        boolean sameOperands = objdump.matches(".*[re]iz.*") || operands(theirs, insn).equals(operands(ours, insn));
        if (ours.equals("fwait") && (theirs.startsWith("f") || bad)) {
            return null;
        }
        boolean same = insn.length == length && sameName && (sameOperands || renamed(ours, theirs) || operandsShownWider(ours));
        return same ? null : ours + " (" + insn.length + " bytes), but objdump shows " + objdump + " (" + length + ")";
    }

    private static boolean invalidByRule(String objdump, String theirs) {
        boolean lock = objdump.contains("lock ");
        boolean noSuchRegister = objdump.matches(".*(\\?|mov +cs|cr[15679]|cr1[0-5]|[dt]r[0-9]+).*");
        boolean prefixRefused = objdump.matches(".*(data16|data32|repz|repnz|rex).*")
                && theirs.matches("(getsec|(ld|st)mxcsr|fx?(save|rstor)|x?(save|rstor)|pmovmskb|xgetbv|xsetbv|clac|stac).*");
        boolean only64 = theirs.matches("(sys(call|ret)|(rd|wr)[fg]sbase|swapgs).*");
        boolean other = NOT_OFFERED.matcher(theirs).find() || objdump.matches(ONLY_PREFIXES);
        return lock || noSuchRegister || prefixRefused || only64 || other;
    }

    /** Names that depend on an immediate, and hints that have one. */
    private static boolean renamed(String ours, String theirs) {
        boolean predicate = theirs.matches("v?cmp(eq|lt|le|unord|neq|nlt|nle|ord|nge|ngt|false|ge|gt|true)(_[ou][qs])?[ps][sd] .*")
                && ours.matches("v?cmp.*");
        boolean halves = theirs.matches("v?pclmul.*") && ours.matches("v?pclmulqdq .*");
        boolean pause = theirs.equals("pause") && ours.startsWith("xchg");
        boolean newer = theirs.equals("wbnoinvd") && ours.equals("wbinvd");
        return predicate || halves || pause || newer || HINT.matcher(theirs).find() && ours.startsWith("nop");
    }

    /** Registers that objdump shows with the operand size though only their low part is used, or that REX.W widens without effect. */
    private static boolean operandsShownWider(String ours) {
        return ours.matches("(lar|lsl|v?movmskp[sd]|v?pmovmskb|v?pextrw|vmovs[sd]|movsxd|mov [defgs]s,) ?.*");
    }

    private static String plain(String text) {
        String line = text.replaceAll("#.*", "").trim();
        line = PREFIXES.matcher(line).replaceFirst("");
        line = line.replace("movabs", "mov").replace("(8087 only)", "").replace("(287 only)", "");
        return line.replaceAll(" +", " ");
    }

    private static String name(String line) {
        String name = line.replaceAll(" .*", "");
        return name.replaceAll("^(iret|pushf|popf|pusha|popa|push|pop|call|jmp|sysexit|sysret|leave|enter|ret|retf|[sl][gi]dt"
                + "|fldenv|fnstenv|frstor|fnsave|v?pcmpestr[im])[dqw]$", "$1").replaceAll("64$", "");
    }

    private static String operands(String line, Insn insn) {
        String operands = line.indexOf(' ') < 0 ? "" : line.substring(line.indexOf(' ') + 1);
        operands = operands.replaceAll("(BYTE|(D|Q|F|O|XMM|YMM|T)?WORD|TBYTE) PTR ", "").replaceAll("[+]0x0]", "]");
        operands = operands.replaceAll("ip[-+]0x[0-9a-f]+", "ip").replaceAll("^st,(?=st\\()", "").replaceAll("\\b[cdefgs]s:(?=\\[|0x)", "");
        if (insn.operandCount == 1 && insn.kind(0) == OperandKind.RELATIVE && insn.operandSize == 2) {
            return Long.toHexString(Long.decode(operands) & 0xffff);
        }
        return operands;
    }
}
