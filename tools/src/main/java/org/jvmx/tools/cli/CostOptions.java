package org.jvmx.tools.cli;

import java.nio.file.Path;
import org.jvmx.policy.cost.CostData;
import org.jvmx.policy.cost.CostModel;
import picocli.CommandLine.Option;

/** What VM exits cost. */
final class CostOptions {
    @Option(names = "--cost", paramLabel = "NAME[,mitigations=NAME+NAME]", description = "Charge VM exits to virtual time as this processor takes them; 'jvmx policy costs' lists what there is.")
    String cost;

    @Option(names = "--cost-data", paramLabel = "FILE", description = "Take the constants from this file instead of those that come with JVMX.")
    Path data;

    /** The constants. */
    CostData data() {
        return data == null ? CostData.bundled() : CostData.of(data);
    }

    /** The model that was asked for, or another one. */
    CostModel model(String otherwise) {
        return data().model(cost == null ? otherwise : cost);
    }
}
