package org.jvmx.tools.cli;

import java.io.IOException;
import java.io.InputStream;

/** Keys on their way from a terminal to the guest: what follows Ctrl-A is for JVMX. */
final class EscapeKeys extends InputStream {
    private static final int CTRL_A = 1;

    /** What a key after Ctrl-A asks for. */
    interface Commands {
        void quit();

        void help();

        void powerButton();
    }

    private final InputStream keys;
    private final Commands commands;
    private final byte[] raw = new byte[1024];
    private boolean escaped;

    EscapeKeys(InputStream keys, Commands commands) {
        this.keys = keys;
        this.commands = commands;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Waits until there is something for the guest; a key after Ctrl-A that means nothing is for the guest, without the Ctrl-A. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int passed = 0;
        while (passed == 0) {
            int count = keys.read(raw, 0, Math.min(raw.length, length));
            if (count < 0) {
                return -1;
            }
            for (int n = 0; n < count; n++) {
                if (escaped) {
                    escaped = false;
                    if (!command(raw[n])) {
                        target[offset + passed++] = raw[n];
                    }
                } else if (raw[n] == CTRL_A) {
                    escaped = true;
                } else {
                    target[offset + passed++] = raw[n];
                }
            }
        }
        return passed;
    }

    private boolean command(byte key) {
        switch (key) {
            case 'x', 'X' -> commands.quit();
            case 'h', 'H', '?' -> commands.help();
            case 'p', 'P' -> commands.powerButton();
            default -> {
                return false; // Ctrl-A twice sends one, as it is for the guest
            }
        }
        return true;
    }
}
