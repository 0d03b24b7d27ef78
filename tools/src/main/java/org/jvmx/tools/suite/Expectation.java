package org.jvmx.tools.suite;

/**
 * A line of the expectation table.
 *
 * @param test the test's name
 * @param passed lines PASS
 * @param failed lines FAIL
 * @param skipped lines SKIP
 * @param ending as in {@link Result#ending}
 * @param environment what the test is told, as {@code NAME=VALUE} words
 * @param tcg what QEMU TCG reaches
 * @param bochs what Bochs reaches
 * @param note why it is as it is, where that needs saying
 */
record Expectation(String test, int passed, int failed, int skipped, String ending, String environment, String tcg, String bochs,
        String note) {
    /** How a result compares. */
    enum Verdict {
        AS_EXPECTED("as expected"), BETTER("better"), REGRESSION("REGRESSION"), NEW("new");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    static Expectation unknown(String test) {
        return new Expectation(test, -1, 0, 0, "", "", "", "", "");
    }

    boolean known() {
        return passed >= 0;
    }

    Verdict verdict(Result result) {
        if (!known()) {
            return Verdict.NEW;
        }
        boolean ends = result.ending().equals(ending) || result.ending().equals("exit 0");
        if (result.passed() < passed || result.failed() > failed || !ends) {
            return Verdict.REGRESSION;
        }
        boolean same = result.passed() == passed && result.failed() == failed && result.ending().equals(ending);
        return same ? Verdict.AS_EXPECTED : Verdict.BETTER;
    }

    Expectation updated(Result result) {
        return new Expectation(test, result.passed(), result.failed(), result.skipped(), result.ending(), environment, tcg, bochs, note);
    }

    static Expectation parse(String line) {
        String[] cells = line.split("\t", -1);
        return new Expectation(cells[0], Integer.parseInt(cells[1]), Integer.parseInt(cells[2]), Integer.parseInt(cells[3]), cells[4],
                cells[5],
                cells[6], cells[7], cells[8]);
    }

    String line() {
        return String.join("\t", test, String.valueOf(passed), String.valueOf(failed), String.valueOf(skipped), ending, environment, tcg,
                bochs, note);
    }
}
