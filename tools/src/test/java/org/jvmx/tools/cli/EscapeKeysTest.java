package org.jvmx.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EscapeKeysTest {
    private final StringBuilder commands = new StringBuilder();

    private String passed(String keys) throws IOException {
        EscapeKeys stream = new EscapeKeys(new ByteArrayInputStream(keys.getBytes(StandardCharsets.ISO_8859_1)), new EscapeKeys.Commands() {
            @Override
            public void quit() {
                commands.append("quit ");
            }

            @Override
            public void help() {
                commands.append("help ");
            }

            @Override
            public void powerButton() {
                commands.append("power ");
            }
        });
        return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void keysPassUnchanged() throws IOException {
        assertEquals("ls\r\u0003\u001b[A\u00ff", passed("ls\r\u0003\u001b[A\u00ff"));
    }

    @Test
    void keysAfterTheEscapeAreCommands() throws IOException {
        assertEquals("ab", passed("a\u0001hb\u0001p\u0001x"));
        assertEquals("help power quit ", commands.toString());
    }

    @Test
    void theEscapeTwiceIsTheEscape() throws IOException {
        assertEquals("a\u0001b", passed("a\u0001\u0001b"));
    }
}
