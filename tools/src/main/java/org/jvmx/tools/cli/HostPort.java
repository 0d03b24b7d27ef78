package org.jvmx.tools.cli;

import java.net.InetSocketAddress;
import org.jvmx.error.ConfigException;

/** Reads {@code HOST:PORT}; an IPv6 address is in brackets. */
final class HostPort {
    private static final int LARGEST = 65_535;

    private HostPort() {
    }

    static InetSocketAddress parse(String option, String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > LARGEST) {
            throw new ConfigException("%s '%s' is no address: write it as 127.0.0.1:9400".formatted(option, text));
        }
        String host = text.substring(0, colon).replaceAll("^\\[|\\]$", "");
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(port));
        if (address.isUnresolved()) {
            throw new ConfigException("%s '%s': there is no host %s".formatted(option, text, host));
        }
        return address;
    }
}
