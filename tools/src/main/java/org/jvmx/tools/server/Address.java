package org.jvmx.tools.server;

import java.net.InetSocketAddress;
import org.jvmx.error.ConfigException;

/**
 * Where a server listens.
 *
 * @param port 0 for any that is free
 */
public record Address(String host, int port) {
    private static final int LAST_PORT = 65_535;
    private static final String LOOPBACK = "127.0.0.1";

    /**
     * Reads {@code HOST:PORT}, {@code [IPV6]:PORT}, or a bare {@code PORT} on the loopback address.
     *
     * @throws ConfigException if it is none of these
     */
    public static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? LOOPBACK : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw wrong(text);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= LAST_PORT) {
                return new Address(host.isEmpty() ? LOOPBACK : host, port);
            }
        } catch (NumberFormatException e) {
            throw wrong(text);
        }
        throw wrong(text);
    }

    private static ConfigException wrong(String text) {
        return new ConfigException("'%s' is no address to listen on: write it as 127.0.0.1:9400, [::1]:9400 or 9400".formatted(text));
    }

    InetSocketAddress socket() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
