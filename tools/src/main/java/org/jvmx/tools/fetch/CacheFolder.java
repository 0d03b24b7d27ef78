package org.jvmx.tools.fetch;

import java.nio.file.Path;
import java.util.Map;

/** Where what can be made again is kept ("XDG Base Directory Specification"). */
public final class CacheFolder {
    private CacheFolder() {
    }

    /** JVMX's folder, for these environment variables. */
    public static Path of(Map<String, String> environment) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (!cache.isEmpty() && Path.of(cache).isAbsolute()) {
            return Path.of(cache, "jvmx");
        }
        return Path.of(environment.getOrDefault("HOME", "/tmp"), ".cache", "jvmx");
    }
}
