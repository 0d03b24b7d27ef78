package org.jvmx.fuzz;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays what the corpora hold, which includes all that was ever found, and some seeded mutations of it. */
class CorpusTest {
    private static final int MUTATIONS = 300;

    static Stream<String> targets() {
        return StreamSupport.stream(Targets.names().spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("targets")
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void corpusAndItsMutationsFindNothing(String name) {
        Target target = Sandbox.target(name);
        Corpus corpus = Corpus.of(name);
        corpus.inputs().forEach(input -> run(name, target, input));
        Mutations mutations = new Mutations(1, corpus.inputs());
        for (int n = 0; n < MUTATIONS; n++) {
            run(name, target, mutations.next());
        }
    }

    private static void run(String name, Target target, byte[] input) {
        try {
            target.run(input);
        } catch (Throwable e) { // whatever comes out is what was looked for
            fail("target %s, input %s".formatted(name, HexFormat.of().formatHex(input)), e);
        }
    }
}
