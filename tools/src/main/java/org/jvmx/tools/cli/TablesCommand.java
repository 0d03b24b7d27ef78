package org.jvmx.tools.cli;

import java.util.concurrent.Callable;
import org.jvmx.tools.experiment.PolicyTables;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jvmx policy tables}. */
@Command(name = "tables", description = "Print, as Markdown, what each built-in policy does to the guests that it is for: tools/POLICIES.md is this.", sortOptions = false)
final class TablesCommand implements Callable<Integer> {
    @Mixin
    private CostOptions cost;

    /** For picocli. */
    TablesCommand() {
    }

    @Override
    public Integer call() {
        System.out.print(PolicyTables.markdown(cost.model("skylake-sp")));
        return 0;
    }
}
