package org.jvmx.cpu.fp;

/** The predicates of CMPPS, CMPPD, CMPSS, CMPSD and their VEX forms. SDM Vol. 2, "Comparison Predicate for CMPPD and CMPPS Instructions". */
final class Comparison {
    private static final int EQUAL = 0;
    private static final int LESS = 1;
    private static final int LESS_OR_EQUAL = 2;
    private static final int UNORDERED = 3;

    private Comparison() {
    }

    /** Whether the predicate (0 to 31) is true of operands in that order: -1, 0, 1, or 2 for unordered. */
    static boolean holds(int predicate, int order) {
        boolean basic = switch (predicate & 3) {
            case EQUAL -> order == 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            default -> order == 2;
        };
        boolean unordered = (predicate & 3) != UNORDERED && order == 2;
        boolean positive = (predicate & 8) == 0 ? basic : basic && order != 2 || unordered;
        return positive ^ (predicate & 4) != 0;
    }

    /** Whether a quiet NaN is an invalid operand of the predicate. */
    static boolean signals(int predicate) {
        return (predicate & 3) == LESS || (predicate & 3) == LESS_OR_EQUAL ? (predicate & 16) == 0 : (predicate & 16) != 0;
    }
}
