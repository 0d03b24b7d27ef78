package org.jvmx.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvmx.error.ConfigException;

class ArtefactTest {
    private static Artefact line(String... words) {
        return Artefact.of("1", List.of(words)).withHash("guest", "0123456789abcdef0123").with("outcome", "power-off").with("instructions", 5)
                .with("exits", 2).with("nanos", 7).with("trace", Artefact.NOT_COMPUTED);
    }

    @Test
    void whatWasWrittenIsRead() {
        Artefact artefact = line("hello", "--append", "a b \"c\" 'd' 50% \u20ac=1", "--memory", "64M");
        Artefact read = Artefact.parse("jvmx: " + artefact + "\n");
        assertEquals(artefact.toString(), read.toString());
        assertEquals(List.of("hello", "--append", "a b \"c\" 'd' 50% \u20ac=1", "--memory", "64M"), read.command());
        assertEquals("0123456789abcdef", read.field("guest"));
    }

    @Test
    void onlyResultsAreCompared() {
        assertEquals(List.of(), Artefact.parse(line("a").toString()).differences(Artefact.parse(line("b").toString())));
        assertEquals(List.of("exits was 2 and is 3"), line("a").differences(line("a").with("exits", 3)));
    }

    @Test
    void aTraceHashIsComparedIfThereIsOne() {
        assertEquals(List.of(), line("a").differences(line("a").with("trace", "ff")));
        assertEquals(List.of("trace was ee and is ff"), line("a").with("trace", "ee").differences(line("a").with("trace", "ff")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "artefact 1 version=1", "artefact 1 run=\"hello\""})
    void whatIsNoLineIsRefused(String text) {
        assertThrows(ConfigException.class, () -> Artefact.parse(text));
    }

    @Test
    void aRunIsReproducedFromItsLine() {
        String told = "artefact 1 version=" + Version.text() + " run=\"idle-250hz --append n=2 --seed 3 --serial none\" guest=%s outcome=power-off "
                + "instructions=%s exits=22 nanos=%s trace=-";
        assertEquals(ReproduceCommand.DISAGREES, Main.execute("reproduce", told.formatted("0", "1", "2")));
        assertEquals(2, Main.execute("reproduce", "no line"));
    }
}
