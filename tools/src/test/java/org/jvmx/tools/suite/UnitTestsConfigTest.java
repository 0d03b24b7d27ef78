package org.jvmx.tools.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.jvmx.error.ConfigException;

class UnitTestsConfigTest {
    private static final String TEXT = """
            # a comment
            [first]
            file = one.flat
            smp = 2
            test_args = 'a b'
            timeout = 30s
            [old]
            file = two.flat
            arch = i386
            #[off]
            [big]
            file = two.flat
            qemu_params = -cpu max,+vmx,-x2apic,-pcid -m 2g
            """;

    private final Map<String, UnitTest> tests = UnitTestsConfig.parse(TEXT);

    @Test
    void sectionsBecomeTestsInTheirOrderWithoutThoseOfOtherProcessors() {
        assertEquals(List.of("first", "big"), List.copyOf(tests.keySet()));
    }

    @Test
    void argumentsLoseTheirQuotes() {
        assertEquals(new UnitTest("first", "one.flat", "a b", "jvmx-v1", 512L << 20, 2, Duration.ofSeconds(30)), tests.get("first"));
    }

    @Test
    void memoryIsTakenFromTheEmulatorsParameters() {
        assertEquals(2L << 30, tests.get("big").memory());
    }

    @Test
    void featuresThatTheConfigurationTakesAwayAreTakenFromOurModel() {
        assertEquals("jvmx-v1,-x2apic,-pcid", tests.get("big").model());
    }

    @Test
    void aFolderWithoutATreeIsNamedInTheRefusal() {
        ConfigException refusal = assertThrows(ConfigException.class, () -> UnitTestsConfig.read(Path.of("no-such-tree")));
        assertTrue(refusal.getMessage().startsWith("no-such-tree is no built kvm-unit-tests tree"), refusal.getMessage());
    }
}
