package org.jvmx.tools.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jvmx.bus.ByteSink;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.pc.PromptOutput;
import org.jvmx.tools.pc.Requests;
import org.jvmx.tools.pc.SerialInput;
import org.jvmx.tools.pc.SerialPeer;

/** Makes what {@code --serial} names. */
final class SerialChoice {
    /** The peer that sends requests by the machine's own time. */
    static final String REQUESTS = "requests";

    private static final String SERVER = ",server";

    private SerialChoice() {
    }

    /** The peer of that name; standard input goes through {@code keys} if it is a terminal, random requests start from {@code seed}. */
    static SerialPeer named(String text, Terminal terminal, EscapeKeys.Commands keys, long seed) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        return switch (kind) {
            case "stdio" -> stdio(terminal, keys);
            case "none" -> SerialPeer.NONE;
            case REQUESTS -> new Requests(seed);
            case "file" -> file(rest);
            case "tcp" -> tcp(rest);
            default -> throw new ConfigException(
                    "--serial '%s' is not known: use stdio, none, requests, file:PATH or tcp:HOST:PORT".formatted(text));
        };
    }

    /** Standard output, as bytes. */
    static PromptOutput output() {
        return new PromptOutput(new FileOutputStream(FileDescriptor.out));
    }

    private static SerialPeer stdio(Terminal terminal, EscapeKeys.Commands keys) {
        InputStream in = new FileInputStream(FileDescriptor.in);
        if (terminal != null) {
            return SerialPeer.of(new EscapeKeys(in, keys), output());
        }
        String source = Terminal.standardInput();
        if (source.equals("/dev/null")) {
            return SerialPeer.to(output());
        }
        return Files.isRegularFile(Path.of(source.isEmpty() ? "/" : source)) ? whole(in) : SerialPeer.of(in, output());
    }

    /** A file is on the wire before the guest starts, so that a run with it as input is the same every time. */
    private static SerialPeer whole(InputStream in) {
        SerialPeer peer = SerialPeer.to(output());
        return new SerialPeer() {
            @Override
            public ByteSink output() {
                return peer.output();
            }

            @Override
            public void connect(SerialInput input) {
                try {
                    input.preload(in.readAllBytes());
                } catch (IOException e) {
                    throw new BackendException("standard input cannot be read: " + e.getMessage(), e);
                }
            }

            @Override
            public void flush() {
                peer.flush();
            }

            @Override
            public void close() {
                peer.close();
            }
        };
    }

    private static SerialPeer file(String path) {
        try {
            return SerialPeer.to(new PromptOutput(new FileOutputStream(path)));
        } catch (IOException e) {
            throw new BackendException("--serial file:%s cannot be opened: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static SerialPeer tcp(String address) {
        boolean server = address.endsWith(SERVER);
        String place = server ? address.substring(0, address.length() - SERVER.length()) : address;
        InetSocketAddress socketAddress = HostPort.parse("--serial tcp", place);
        try {
            Socket socket = server ? accept(socketAddress) : connect(socketAddress);
            return SerialPeer.of(socket.getInputStream(), new PromptOutput(socket.getOutputStream()));
        } catch (IOException e) {
            throw new BackendException("--serial tcp:%s: %s".formatted(address, e.getMessage()), e);
        }
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static Socket accept(InetSocketAddress address) throws IOException {
        try (ServerSocket listener = new ServerSocket()) {
            listener.setReuseAddress(true);
            listener.bind(address);
            System.err.println("jvmx: waiting for a connection to " + address);
            Socket socket = listener.accept();
            socket.setTcpNoDelay(true);
            return socket;
        }
    }
}
