package org.jvmx.tools.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.jvmx.policy.cost.CostData;

class PolicyTablesTest {
    @Test
    void theDocumentIsWhatTheCommandPrints() throws IOException {
        String document = Files.readString(Path.of("POLICIES.md"));
        assertEquals(document, PolicyTables.markdown(CostData.bundled().model("skylake-sp")),
                "write it anew: ./jvmx policy tables > tools/POLICIES.md");
    }
}
