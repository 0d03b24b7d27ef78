package org.jvmx.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OpcodeCoverageTest {
    private static final Path FILE = Path.of("src/main/resources/org/jvmx/isa/opcode-coverage.md");

    @Test
    void checkedInTableIsFresh() throws IOException {
        if (Boolean.getBoolean("jvmx.rewrite")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, OpcodeCoverage.markdown());
        }
        assertEquals(Files.readString(FILE), OpcodeCoverage.markdown(), "run with -Djvmx.rewrite=true and review the change");
    }

    @Test
    void everyCellHasARowOrARule() {
        assertFalse(OpcodeCoverage.markdown().contains("missing**"));
    }
}
