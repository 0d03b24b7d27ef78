package org.jvmx.tools.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jvmx.error.ConfigException;

/** A size in bytes as people write it: {@code 256M}, {@code 1G}, {@code 64k}; a bare number is in MiB, as with QEMU's {@code -m}. */
record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})([kmgtb]?)(i?b)?");
    private static final int MEBI = 20;

    /** Parses a size. */
    static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw wrong(text);
        }
        int shift = switch (matcher.group(2)) {
            case "b" -> 0;
            case "k" -> 10;
            case "g" -> 30;
            case "t" -> 40;
            default -> MEBI;
        };
        long count = Long.parseLong(matcher.group(1));
        if (count == 0 || count > Long.MAX_VALUE >> shift) {
            throw wrong(text);
        }
        return new ByteSize(count << shift);
    }

    private static ConfigException wrong(String text) {
        return new ConfigException("'%s' is no size: write it as 256M, 1G or 64k".formatted(text));
    }

    @Override
    public String toString() {
        if ((bytes & (1 << 30) - 1) == 0) {
            return (bytes >> 30) + "G";
        }
        if ((bytes & (1 << 20) - 1) == 0) {
            return (bytes >> 20) + "M";
        }
        return (bytes & 1023) == 0 ? (bytes >> 10) + "k" : bytes + "b";
    }
}
