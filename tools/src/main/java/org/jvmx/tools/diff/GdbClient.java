package org.jvmx.tools.diff;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jvmx.error.BackendException;

/** The debugger's side of gdb's remote protocol. GDB manual, "gdb Remote Serial Protocol". */
final class GdbClient implements AutoCloseable {
    /** A register as the target describes it. */
    record Register(String name, int number, int bytes, int offset) {
    }

    private static final Pattern ELEMENT = Pattern.compile("<xi:include\\s+href=\"([^\"]+)\"|<reg\\s([^>]*)>");
    private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("name=\"([^\"]+)\"");
    private static final Pattern BITS = Pattern.compile("bitsize=\"(\\d+)\"");
    private static final int CHUNK = 0x700;
    private static final int CONNECT_MILLIS = 2_000;
    private static final int PATIENCE_MILLIS = 20_000;
    private static final HexFormat HEX = HexFormat.of();

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private boolean owed;
    private List<Register> registers = List.of();

    GdbClient(String host, int port) throws IOException {
        socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** Says who we are and learns which registers there are. */
    void greet() {
        ask("qSupported:swbreak+;hwbreak+");
        List<Register> found = new ArrayList<>();
        describe("target.xml", found);
        registers = List.copyOf(found);
    }

    private void describe(String annex, List<Register> found) {
        StringBuilder xml = new StringBuilder();
        String part;
        do {
            part = ask("qXfer:features:read:%s:%x,%x".formatted(annex, xml.length(), CHUNK));
            if (part.isEmpty() || part.charAt(0) != 'm' && part.charAt(0) != 'l') {
                throw new BackendException("the gdb stub describes no registers: it answers '%s' for %s".formatted(part, annex));
            }
            xml.append(part, 1, part.length());
        } while (part.charAt(0) == 'm');
        Matcher element = ELEMENT.matcher(COMMENT.matcher(xml).replaceAll(""));
        while (element.find()) {
            if (element.group(1) != null) {
                describe(element.group(1), found);
            } else {
                add(found, element.group(2));
            }
        }
    }

    private static void add(List<Register> found, String attributes) {
        Matcher name = NAME.matcher(attributes);
        Matcher bits = BITS.matcher(attributes);
        if (name.find() && bits.find()) {
            Register last = found.isEmpty() ? new Register("", -1, 0, 0) : found.getLast();
            found.add(new Register(name.group(1), last.number() + 1, Integer.parseInt(bits.group(1)) / 8, last.offset() + last.bytes()));
        }
    }

    /** What the target has, in the order of the packet {@code g}. */
    List<Register> registers() {
        return registers;
    }

    private Register register(String name) {
        return registers.stream().filter(register -> register.name().equals(name)).findFirst()
                .orElseThrow(() -> new BackendException("the gdb stub has no register " + name));
    }

    /** Changes a register of up to 64 bits. */
    void write(String name, long value) {
        Register register = register(name);
        byte[] bytes = new byte[register.bytes()];
        for (int n = 0; n < Math.min(bytes.length, Long.BYTES); n++) {
            bytes[n] = (byte) (value >>> 8 * n);
        }
        write(register, bytes);
    }

    /** Changes a register, given least significant byte first. */
    void write(String name, byte[] value) {
        write(register(name), value);
    }

    private void write(Register register, byte[] value) {
        String reply = ask("P%x=%s".formatted(register.number(), HEX.formatHex(value)));
        if (!reply.equals("OK")) {
            throw new BackendException("the gdb stub refuses to write register %s: '%s'".formatted(register.name(), reply));
        }
    }

    /** A register of up to 64 bits. */
    long read(String name) {
        Register register = register(name);
        return little(ask("g"), register.offset(), Math.min(register.bytes(), Long.BYTES));
    }

    /** The bytes from {@code offset} of a reply in hex digits, least significant first. */
    static long little(String hex, int offset, int bytes) {
        long value = 0;
        for (int n = bytes - 1; n >= 0; n--) {
            int at = 2 * (offset + n);
            value = value << 8 | Character.digit(hex.charAt(at), 16) << 4 | Character.digit(hex.charAt(at + 1), 16);
        }
        return value;
    }

    /** Writes memory. */
    void write(long address, byte[] bytes, int from, int to) {
        for (int at = from; at < to; at += CHUNK) {
            int end = Math.min(to, at + CHUNK);
            String reply = ask("M%x,%x:%s".formatted(address + at - from, end - at, HEX.formatHex(bytes, at, end)));
            if (!reply.equals("OK")) {
                throw new BackendException("the gdb stub refuses to write memory at 0x%x: '%s'".formatted(address + at - from, reply));
            }
        }
    }

    /** Sends a packet and gives the reply; what the target prints on the way is left out. */
    String ask(String data) {
        send(data);
        String reply = receive();
        while (reply != null && reply.startsWith("O") && !reply.equals("OK")) {
            reply = receive();
        }
        if (reply == null) {
            throw new BackendException("the gdb stub closed the connection");
        }
        return reply;
    }

    /** Sends a packet without waiting. */
    void send(String data) {
        int sum = 0;
        for (int n = 0; n < data.length(); n++) {
            sum += data.charAt(n);
        }
        String packet = (owed ? "+$" : "$") + data + "#%02x".formatted(sum & 0xff);
        owed = false;
        try {
            out.write(packet.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new BackendException("the gdb stub is gone: " + e.getMessage(), e);
        }
    }

    /** The next packet; null if the connection is closed. */
    String receive() {
        try {
            int next = next();
            while (next >= 0 && next != '$') {
                next = next();
            }
            StringBuilder data = new StringBuilder();
            for (next = next(); next >= 0 && next != '#'; next = next()) {
                data.append((char) (next == '}' ? next() ^ 0x20 : next));
            }
            next();
            owed = true;
            return next() < 0 ? null : data.toString();
        } catch (IOException e) {
            throw new BackendException("the gdb stub does not answer: " + e.getMessage(), e);
        }
    }

    private int next() throws IOException {
        if (position == limit) {
            limit = in.read(buffer);
            position = 0;
            if (limit <= 0) {
                limit = 0;
                return -1;
            }
        }
        return buffer[position++] & 0xff;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new BackendException("the connection to the gdb stub cannot be closed: " + e.getMessage(), e);
        }
    }
}
