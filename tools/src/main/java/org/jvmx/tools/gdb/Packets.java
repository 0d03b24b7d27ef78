package org.jvmx.tools.gdb;

import java.nio.charset.StandardCharsets;

/** The outer form of packets: {@code $data#checksum}. Data is bytes, here as characters of ISO 8859-1. GDB manual, "Overview" of the remote protocol. */
final class Packets {
    static final char ESCAPE = '}';
    static final int ESCAPED = 0x20;
    private static final String SPECIAL = "#$}*";
    private static final String DIGITS = "0123456789abcdef";

    private Packets() {
    }

    /** The packet around {@code data}. */
    static String frame(String data) {
        StringBuilder packet = new StringBuilder(data.length() + 4).append('$');
        for (int n = 0; n < data.length(); n++) {
            char c = data.charAt(n);
            if (SPECIAL.indexOf(c) >= 0) {
                packet.append(ESCAPE).append((char) (c ^ ESCAPED));
            } else {
                packet.append(c);
            }
        }
        int sum = checksum(packet, 1, packet.length());
        return packet.append('#').append(DIGITS.charAt(sum >> 4)).append(DIGITS.charAt(sum & 15)).toString();
    }

    static int checksum(CharSequence text, int from, int to) {
        int sum = 0;
        for (int n = from; n < to; n++) {
            sum += text.charAt(n);
        }
        return sum & 0xff;
    }

    /** The low {@code bytes} of a value as hex digits, least significant byte first. */
    static void little(StringBuilder text, long value, int bytes) {
        for (int n = 0; n < bytes; n++) {
            hex(text, (int) (value >>> 8 * n));
        }
    }

    static void hex(StringBuilder text, int value) {
        text.append(DIGITS.charAt(value >> 4 & 15)).append(DIGITS.charAt(value & 15));
    }

    /** Bytes as hex digits. */
    static String hex(byte[] bytes, int count) {
        StringBuilder text = new StringBuilder(2 * count);
        for (int n = 0; n < count; n++) {
            hex(text, bytes[n]);
        }
        return text.toString();
    }

    /** Text as the hex digits of its bytes. */
    static String hex(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return hex(bytes, bytes.length);
    }

    static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
