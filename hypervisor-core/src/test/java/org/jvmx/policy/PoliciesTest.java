package org.jvmx.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.load.PolicyLoader;
import org.jvmx.vm.ExitPolicy;

/** Policies by name, by class and by source. */
class PoliciesTest {
    private final Policies policies = Policies.standard();

    @TempDir
    private Path folder;

    private Path write(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    private String refused(String text) {
        return assertThrows(ConfigException.class, () -> policies.open(text)).getMessage();
    }

    @Test
    void eachBuiltInPolicyHasItsNameAWordAndASource() {
        assertEquals(16, BuiltIns.ALL.size());
        for (PolicyKind kind : BuiltIns.ALL) {
            assertEquals(kind.name(), kind.open(PolicyOptions.none(kind.name())).name());
            assertTrue(!kind.summary().isEmpty() && !kind.source().isEmpty(), kind.name());
            assertEquals(64, kind.hash().length());
            for (PolicyOptions.Option option : kind.options()) {
                assertEquals(kind.name(), policies.open(kind.name() + "," + option.name() + "=" + option.usual()).name());
            }
        }
    }

    @Test
    void wrongOptionsAreExplained() {
        assertTrue(refused("halt-poll-dynamic,groww=2").endsWith("it knows poll, grow, start, shrink, defect"));
        assertTrue(refused("halt-poll-none,x=1").endsWith("it has no options"));
        assertTrue(refused("halt-poll-always,poll=-1").contains("poll=-1 is not a number from 0 to"));
        assertTrue(refused("halt-poll-always,poll").contains("write key=value"));
        assertTrue(refused("halt-poll-always,poll=1,poll=2").contains("given twice"));
        assertTrue(refused("halt-poll-dynamic,defect=perhaps").contains("neither true nor false"));
        assertTrue(refused("halt-pole").startsWith("there is no policy 'halt-pole': take one of halt-poll-none,"));
    }

    private static final String SOURCE = """
            import org.jvmx.policy.PolicyOptions;
            import org.jvmx.vm.*;
            public final class Mine implements ExitPolicy {
                static int made;
                private final long poll;
                public Mine(PolicyOptions options) {
                    poll = options.number("poll", 7, 0, 100, "how long");
                    made++;
                }
                public String name() { return "mine-" + poll + "-" + made; }
            }
            """;

    @Test
    void aSourceFileIsCompiledAndEachInstanceHasStaticsOfItsOwn() throws Exception {
        Path file = write("Mine.java", SOURCE);
        assertEquals("mine-7-1", policies.open(file.toString()).name());
        assertEquals("mine-42-1", policies.open(file + ",poll=42").name());
        PolicyKind kind = policies.find(file.toString());
        assertEquals("how long", kind.options().getFirst().meaning());
        assertNotEquals(kind.hash(), policies.find(write("Mine.java", SOURCE + "\n").toString()).hash());
        assertTrue(refused(file + ",pol=1").endsWith("it knows poll"));
    }

    @Test
    void whatTheCompilerSaysIsShown() throws Exception {
        String message = refused(write("Bad.java", "public class Bad implements org.jvmx.vm.ExitPolicy { }\n").toString());
        assertTrue(message.contains("does not compile"), message);
        assertTrue(message.contains("Bad.java:1: error: Bad is not abstract and does not override abstract method name()"), message);
        assertTrue(refused(write("Empty.java", "public class Empty { }\n").toString()).contains("no public class implements ExitPolicy"));
        assertTrue(refused(folder.resolve("None.java").toString()).startsWith("there is no policy file"));
    }

    @Test
    void aConstructorThatThrowsIsTheUsersError() throws Exception {
        String text = "public class Boom implements org.jvmx.vm.ExitPolicy { public Boom() { throw new IllegalStateException(\"boom\"); }"
                + " public String name() { return \"boom\"; } }";
        assertTrue(refused(write("Boom.java", text).toString()).endsWith("cannot be made: java.lang.IllegalStateException: boom"));
    }

    @Test
    void aFileMayHoldSeveralClasses() throws Exception {
        String text = "import org.jvmx.vm.*; interface Named { String word(); }\n"
                + "record Word(String word) implements Named { }\n"
                + "public class Many implements ExitPolicy { final Named named = new Word(\"many\");\n"
                + " public String name() { switch (named) { case Word w when w.word().isEmpty() -> { return \"\"; } default -> { } }\n"
                + "  StringBuilder text = new StringBuilder(); for (char c : named.word().toCharArray()) text.append(c); return text.toString(); } }";
        assertEquals("many", policies.open(write("Many.java", text).toString()).name());
    }

    @Test
    void javasAndOurClassesAreNotDefinedAgain() throws Exception {
        PolicyLoader loader = new PolicyLoader(Map.of(), getClass().getClassLoader());
        assertEquals(ExitPolicy.class, loader.loadClass("org.jvmx.vm.ExitPolicy"));
        assertEquals(String.class, loader.loadClass("java.lang.String"));
    }
}
