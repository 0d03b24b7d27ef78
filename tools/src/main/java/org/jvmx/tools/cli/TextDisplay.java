package org.jvmx.tools.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jvmx.devices.video.VgaText;
import org.jvmx.tools.pc.Pc;

/** The VGA text screen on the terminal, and the terminal's keys on the PC's keyboard. */
final class TextDisplay implements AutoCloseable {
    private static final long PERIOD_MILLIS = 40;
    private static final int COLUMNS = 80;
    private static final int DELETE = 0x7f;

    /** What is on the screen at one moment. */
    private record Picture(List<String> lines, int cursor) {
    }

    private final Pc pc;
    private final Terminal terminal;
    private final EscapeKeys.Commands commands;
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private volatile Picture picture = new Picture(List.of(), 0);
    private Picture shown;
    private Thread painter;
    private Thread typist;

    private TextDisplay(Pc pc, Terminal terminal, EscapeKeys.Commands commands) {
        this.pc = pc;
        this.terminal = terminal;
        this.commands = commands;
    }

    static TextDisplay open(Pc pc, Terminal terminal, EscapeKeys.Commands commands) {
        return new TextDisplay(pc, terminal, commands);
    }

    /** Shows and types from now on. */
    void start() {
        write("\033[2J");
        painter = Thread.ofPlatform().daemon().name("display").start(this::paint);
        if (terminal != null) {
            pc.machine().inputOpened();
            typist = Thread.ofPlatform().daemon().name("keyboard").start(this::type);
        }
    }

    /** Shows the last picture; the guest has stopped. */
    void stop() {
        painter.interrupt();
        look();
        show();
        write("\033[%d;1H\r\n".formatted(VgaText.ROWS));
    }

    private void paint() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                pc.post(this::look);
                Thread.sleep(PERIOD_MILLIS);
                show();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** On the vCPU's thread: takes the picture. */
    private void look() {
        picture = new Picture(List.copyOf(pc.screen()), pc.cursor());
    }

    private synchronized void show() {
        Picture now = picture;
        if (now.equals(shown)) {
            return;
        }
        shown = now;
        StringBuilder text = new StringBuilder("\033[H");
        for (int row = 0; row < VgaText.ROWS; row++) {
            text.append(row < now.lines().size() ? now.lines().get(row) : "").append("\033[K").append(row < VgaText.ROWS - 1 ? "\r\n" : "");
        }
        text.append("\033[%d;%dH".formatted(now.cursor() / COLUMNS + 1, now.cursor() % COLUMNS + 1));
        write(text.toString());
    }

    private void write(String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            painter.interrupt(); // nobody looks any more
        }
    }

    private void type() {
        EscapeKeys keys = new EscapeKeys(new FileInputStream(FileDescriptor.in), commands);
        try {
            for (int key = keys.read(); key >= 0; key = keys.read()) {
                pc.type(key == '\r' ? '\n' : key == DELETE ? '\b' : (char) key);
            }
        } catch (IOException _) {
            // as the end of input
        }
        pc.machine().inputEnded();
    }

    @Override
    public void close() {
        if (typist != null) {
            typist.interrupt();
        }
    }
}
