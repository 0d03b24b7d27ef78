package org.jvmx.tools.gdb;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A small client of the remote protocol. */
final class Gdb implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    Gdb(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    void raw(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The next byte; -1 if the connection is closed. */
    int read() throws IOException {
        return in.read();
    }

    void send(String data) throws IOException {
        raw(Packets.frame(data));
    }

    /** The next packet's data; null if the connection is closed. */
    String receive() throws IOException {
        int next = in.read();
        while (next == '+') {
            next = in.read();
        }
        if (next < 0) {
            return null;
        }
        if (next != '$') {
            throw new IOException("'%c' is no beginning of a packet".formatted(next));
        }
        StringBuilder data = new StringBuilder();
        for (next = in.read(); next != '#'; next = in.read()) {
            data.append((char) (next == '}' ? in.read() ^ 0x20 : next));
        }
        in.read();
        in.read();
        raw("+");
        return data.toString();
    }

    String ask(String data) throws IOException {
        send(data);
        return receive();
    }

    /** What {@code monitor} prints. */
    String monitor(String command) throws IOException {
        send("qRcmd," + HexFormat.of().formatHex(command.getBytes(StandardCharsets.UTF_8)));
        StringBuilder text = new StringBuilder();
        for (String reply = receive(); !reply.equals("OK"); reply = receive()) {
            text.append(new String(HexFormat.of().parseHex(reply.substring(1)), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    /** A register by number. */
    long register(int number) throws IOException {
        String hex = ask("p" + Integer.toHexString(number));
        long value = 0;
        for (int n = Math.min(hex.length(), 16) - 2; n >= 0; n -= 2) {
            value = value << 8 | Integer.parseInt(hex, n, n + 2, 16);
        }
        return value;
    }

    long rip() throws IOException {
        return register(16);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
