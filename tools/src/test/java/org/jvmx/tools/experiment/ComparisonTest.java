package org.jvmx.tools.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.jvmx.policy.cost.Bill;
import org.jvmx.policy.cost.CostData;

class ComparisonTest {
    private static Comparison compare(String guest, String append, String... ways) {
        Comparison comparison = new Comparison(GuestChoice.named(guest, _ -> {}), append, 128 << 20, List.of(1L, 2L),
                CostData.bundled().model("skylake-sp"), List.of(ways).stream().map(PolicyChoice::several).toList());
        comparison.run(_ -> {});
        return comparison;
    }

    @Test
    void everyFormIsTheSameBytesEachTimeAndInEveryLocale() {
        String[] forms = new String[2];
        Locale before = Locale.getDefault();
        try {
            for (int n = 0; n < forms.length; n++) {
                Locale.setDefault(n == 0 ? Locale.US : Locale.GERMANY);
                Comparison comparison = compare("echo", "n=20", "none", "halt-poll-dynamic");
                forms[n] = ComparisonText.of(comparison) + ComparisonData.csv(comparison) + ComparisonData.json(comparison, "1")
                        + ComparisonPage.of(comparison, "1");
            }
        } finally {
            Locale.setDefault(before);
        }
        assertEquals(forms[0], forms[1]);
    }

    @Test
    void pollingShortensRepliesAndCostsCycles() {
        Comparison comparison = compare("echo", "n=30", "halt-poll-none", "halt-poll-always");
        Comparison.Side always = comparison.sides().get(1);
        assertEquals(Bill.Verdict.CHEAPER, comparison.verdict(always, Comparison.Metric.REPLY, 0.5));
        assertEquals(Bill.Verdict.DEARER, comparison.verdict(always));
        assertEquals(always.figures().polls(), always.figures().caughtWakeUps() + always.figures().wastedPolls());
    }

    @Test
    void onAnIdleGuestPollingIsWasted() {
        Figures always = compare("idle-250hz", "n=20", "none", "halt-poll-always").sides().get(1).figures();
        assertEquals(always.polls(), always.wastedPolls());
        double share = (double) always.burntNanos() / always.virtualNanos();
        assertTrue(share > 0.04 && share < 0.14, share + " of the time");
    }

    @Test
    void runsWithTheSameExitsDoNotPart() {
        assertNull(compare("idle-100hz", "n=3", "none", "halt-poll-always").sides().get(1).parting());
    }

    @Test
    void aPageNeedsNothingBesideItself() {
        String page = ComparisonPage.of(compare("cpuid-loop", "n=5", "none", "halt-poll-none"), "1");
        assertTrue(page.startsWith("<!DOCTYPE html>") && page.contains("<svg"));
        assertTrue(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"), "no reference to elsewhere");
    }
}
