package org.jvmx.tools.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jvmx.error.ConfigException;

/** A duration as people write it: {@code 30} or {@code 30s}, {@code 500ms}, {@code 5m}, {@code 1.5h}. */
record TimeSpan(Duration duration) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ns|us|ms|s|m|min|h)?");

    /** Parses a duration. */
    static TimeSpan parse(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw wrong(text);
        }
        double unit = switch (matcher.group(2)) {
            case "ns" -> 1;
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "m", "min" -> 60e9;
            case "h" -> 3600e9;
            case null, default -> 1e9;
        };
        long nanos = Math.round(Double.parseDouble(matcher.group(1)) * unit);
        if (nanos <= 0) {
            throw wrong(text);
        }
        return new TimeSpan(Duration.ofNanos(nanos));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.10g s", duration.toNanos() / 1e9).replaceAll("\\.?0+ s", " s");
    }

    private static ConfigException wrong(String text) {
        return new ConfigException("'%s' is no duration: write it as 30s, 500ms, 5m or 1h".formatted(text));
    }
}
