package org.jvmx.tools.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvmx.vm.StopReason;

class ExpectationTest {
    private static final Expectation EXPECTED = new Expectation("t", 10, 2, 1, "exit 1", "A=1", "", "", "");

    @ParameterizedTest
    @CsvSource({"10,2,exit 1,AS_EXPECTED", "11,2,exit 1,BETTER", "10,1,exit 1,BETTER", "10,2,exit 0,BETTER", "9,2,exit 1,REGRESSION",
        "11,3,exit 1,REGRESSION", "10,2,timeout,REGRESSION"})
    void aResultIsARegressionIfLessPassesOrMoreFailsOrItEndsWorse(int passed, int failed, String ending, Expectation.Verdict verdict) {
        assertEquals(verdict, EXPECTED.verdict(new Result(passed, failed, 1, ending, true, 0)));
    }

    @Test
    void aTestThatNobodyRanIsNew() {
        assertEquals(Expectation.Verdict.NEW, Expectation.unknown("t").verdict(new Result(0, 0, 0, "timeout", false, 0)));
    }

    @Test
    void aLineReadsAsItWasWritten() {
        assertEquals(EXPECTED, Expectation.parse(EXPECTED.line()));
    }

    @Test
    void linesOfTheGuestAreCountedByTheirBeginnings() {
        Result result = Result.of("PASS: a\r\nFAIL: b\nSKIP: c\nxPASS: d\nSUMMARY: 3 tests\n", StopReason.debugExit(1), 5);
        assertEquals(new Result(1, 1, 1, "exit 1", true, 5), result);
    }

    @Test
    void everyLineOfTheBundledTableParsesAndNamesATestOnce() {
        for (String name : Expectations.bundled().names()) {
            assertFalse(name.isBlank());
        }
    }
}
