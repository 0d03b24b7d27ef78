package org.jvmx.tools.experiment;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.error.ConfigException;

/** Seeds as they are written: {@code 1..20}, {@code 3,5,8}, or both mixed. */
public final class Seeds {
    private static final int MOST = 1_000_000;

    private Seeds() {
    }

    /**
     * The seeds, in the order in which they are written.
     *
     * @throws ConfigException if this is not how seeds are written
     */
    public static List<Long> parse(String text) {
        List<Long> seeds = new ArrayList<>();
        try {
            for (String part : text.split(",")) {
                int dots = part.indexOf("..");
                long first = Long.parseLong(dots < 0 ? part.strip() : part.substring(0, dots).strip());
                long last = dots < 0 ? first : Long.parseLong(part.substring(dots + 2).strip());
                if (first > last || last - first >= MOST) {
                    throw new ConfigException("seeds %s: the first is to be the smaller one, and %d are too many".formatted(part, MOST));
                }
                for (long seed = first; seed <= last; seed++) {
                    seeds.add(seed);
                }
            }
        } catch (NumberFormatException e) {
            throw new ConfigException("seeds '%s' are not written as in 1..20 or 3,5,8".formatted(text), e);
        }
        return seeds.stream().distinct().toList();
    }
}
