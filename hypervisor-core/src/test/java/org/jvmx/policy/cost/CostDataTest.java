package org.jvmx.policy.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvmx.error.ConfigException;
import org.jvmx.vm.ExitPath;
import org.jvmx.vmx.ExitReason;

class CostDataTest {
    private static final String HEAD = "source s: A paper.\nmodel m 2000: A processor\nmitigation x: A flush\n";
    private static final String FULL = HEAD + """
            cost m transition 900 1000 1200 published s: as it says
            cost kvm kernel 500 600 700 derived s: less the transition
            cost x transition 100 200 300 assumed s: a guess
            cost x percent 10 20 50 assumed s: a guess
            """;

    @Test
    void everyBundledProcessorHasEveryConstantThatIsCharged() {
        CostData data = CostData.bundled();
        for (CostData.Processor processor : data.processors()) {
            CostModel model = data.model(processor.name());
            for (CostConstant constant : CostConstant.values()) {
                assertTrue(constant == CostConstant.PERCENT || model.constant(constant).typical() > 0, processor.name() + " " + constant);
            }
        }
    }

    @Test
    void whatIsRecalledFromAPaperIsMarkedSo() {
        assertTrue(CostData.bundled().entries().stream().filter(entry -> entry.sources().equals(java.util.List.of("agesen12")))
                .allMatch(entry -> entry.status() == CostData.Status.RE_CHECK));
    }

    @Test
    void whatNoSourceGivesIsAssumed() {
        for (CostData.Entry entry : CostData.bundled().entries()) {
            assertEquals(entry.sources().contains("none"), entry.status() == CostData.Status.ASSUMED, entry.toString());
        }
    }

    @Test
    void aModelChargesTypicalCostsAsTime() {
        CostModel model = CostData.parse(FULL).model("m");
        assertEquals(500, model.transition(ExitReason.CPUID));
        assertEquals(300, model.handling(ExitReason.CPUID, ExitPath.KERNEL));
        assertEquals(450, model.cheapest().transition(ExitReason.CPUID));
        assertEquals(600, model.dearest().transition(ExitReason.CPUID));
    }

    @Test
    void mitigationsAddCyclesAndThenTheirPercentage() {
        CostModel model = CostData.parse(FULL).model("m,mitigations=x");
        assertEquals(new Bounds(1100, 1440, 2250), model.constant(CostConstant.TRANSITION));
        assertEquals(new Bounds(550, 720, 1050), model.constant(CostConstant.KERNEL));
        assertEquals("m,mitigations=x", model.name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "cost m transition 3 2 1 published s: x | line 4: low, typical and high are not in order",
        "cost q transition 1 2 3 published s: x | line 4: 'q' is neither kvm nor a model",
        "cost m nonsense 1 2 3 published s: x | line 4: there is no constant 'nonsense'",
        "cost m kernel 1 2 3 certain s: x | line 4: there is no status 'certain'",
        "cost m kernel 1 2 3 assumed t: x | line 4: source t is not among the lines above",
        "model m 1: again | line 4: model m is there twice", "cost m kernel 1 2 | line 4: 'cost m kernel 1 2' is no statement"})
    void aWrongLineIsNamed(String line, String message) {
        String said = assertThrows(ConfigException.class, () -> CostData.parse(HEAD + line)).getMessage();
        assertTrue(said.contains(message), said);
    }

    @Test
    void anUnknownModelOrMitigationIsRefused() {
        CostData data = CostData.parse(FULL);
        assertTrue(assertThrows(ConfigException.class, () -> data.model("n")).getMessage().contains("there are m"));
        assertThrows(ConfigException.class, () -> data.model("m,mitigations=y"));
        assertThrows(ConfigException.class, () -> data.model("m,x"));
    }

    @Test
    void anotherConstantIsAnotherHash() {
        assertFalse(CostData.parse(FULL).hash().equals(CostData.parse(FULL.replace("900", "901")).hash()));
    }
}
