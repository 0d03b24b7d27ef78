package org.jvmx.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.jvmx.arch.Hot;

class BytecodeHygieneTest {
    private static final Path CLASSES = Path.of("target", "classes");

    @Test
    void noMethodIsTooLargeAndHotMethodsAllocateNothing() {
        assertEquals(List.of(), BytecodeHygiene.offences(CLASSES));
    }

    @Test
    void somethingIsMarkedHot() {
        assertTrue(BytecodeHygiene.hotMethods(CLASSES) > 20, "hot methods: " + BytecodeHygiene.hotMethods(CLASSES));
    }

    @Test
    void theCheckFindsAllocationBoxingAndLambdas() throws IOException {
        byte[] bytes;
        try (var in = Guilty.class.getResourceAsStream("BytecodeHygieneTest$Guilty.class")) {
            bytes = in.readAllBytes();
        }
        List<String> found = BytecodeHygiene.offences(ClassFile.of().parse(bytes));
        assertEquals(3, found.size(), found::toString);
        assertFalse(found.stream().anyMatch(line -> line.contains("innocent")));
    }

    /** What must not pass. */
    static final class Guilty {
        private Object kept;

        @Hot
        void allocates() {
            kept = new Object();
        }

        @Hot
        void boxes(int value) {
            kept = value;
        }

        @Hot
        Runnable captures(int value) {
            return () -> boxes(value);
        }

        @Hot
        int innocent(int value) {
            if (value < 0) {
                throw new IllegalStateException();
            }
            return value + 1;
        }
    }
}
