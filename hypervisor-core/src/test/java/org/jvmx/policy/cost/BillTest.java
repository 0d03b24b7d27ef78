package org.jvmx.policy.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.jvmx.vm.ExitPath;
import org.jvmx.vmx.ExitReason;

class BillTest {
    private static final CostModel MODEL = CostData.parse("""
            source s: A paper.
            model m 2000: A processor
            cost m transition 900 1000 1200 published s: as it says
            cost m kernel 100 500 900 published s: as it says
            cost m block 1000 3000 6000 published s: as it says
            """).model("m");

    private static Bill exits(long count) {
        Bill bill = new Bill();
        bill.exits(ExitReason.CPUID, ExitPath.KERNEL, count);
        return bill;
    }

    @Test
    void aPriceIsCountsTimesConstants() {
        assertEquals(new Bounds(10_000, 15_000, 21_000), exits(10).price(MODEL));
    }

    @Test
    void pollingCostsWhatTheFrequencySays() {
        Bill bill = new Bill();
        bill.addPolling(1000);
        assertEquals(Bounds.exactly(2000), bill.price(MODEL));
    }

    @Test
    void whatBothDidCancelsOut() {
        Bounds difference = exits(10).minus(exits(10)).price(MODEL);
        assertEquals(Bill.Verdict.SAME, Bill.verdict(difference));
        assertEquals(Bill.Verdict.CHEAPER, Bill.verdict(exits(9).minus(exits(10)).price(MODEL)));
        assertEquals(Bill.Verdict.DEARER, Bill.verdict(exits(11).minus(exits(10)).price(MODEL)));
    }

    @Test
    void aVerdictThatFlipsWithinTheBoundsIsUndecided() {
        Bill polls = exits(1);
        polls.addPolling(1000);
        Bill blocks = exits(1);
        blocks.add(CostConstant.BLOCK, 1);
        Bounds difference = polls.minus(blocks).price(MODEL);
        assertTrue(difference.low() < 0 && difference.high() > 0);
        assertEquals(Bill.Verdict.UNDECIDED, Bill.verdict(difference));
    }
}
