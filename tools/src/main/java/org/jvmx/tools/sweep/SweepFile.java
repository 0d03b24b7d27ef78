package org.jvmx.tools.sweep;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.trace.Json;

/**
 * The results of a sweep, a line each. A line is written whole or, if the machine or the process dies, torn at the file's end; a torn end is cut off
 * when the file is opened again.
 */
final class SweepFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final Map<String, Map<String, Object>> lines = new LinkedHashMap<>();
    private boolean torn;

    private SweepFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens it to go on, or begins it.
     *
     * @throws ConfigException if it is no such file, or somebody else writes it
     */
    static SweepFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            SweepFile file = new SweepFile(path, channel);
            if (!file.locked()) {
                channel.close();
                throw new ConfigException("%s is being written by another sweep".formatted(path));
            }
            file.read(Files.readAllBytes(path));
            return file;
        } catch (IOException e) {
            throw new BackendException("%s cannot be opened: %s".formatted(path, e.getMessage()), e);
        }
    }

    private boolean locked() throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private void read(byte[] bytes) throws IOException {
        int start = 0;
        int number = 1;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] == '\n') {
                String line = new String(bytes, start, end - start, StandardCharsets.UTF_8);
                boolean last = end == bytes.length - 1;
                if (!take(line, number, last)) {
                    break;
                }
                start = end + 1;
                number++;
            }
        }
        torn = start < bytes.length;
        channel.truncate(start);
        channel.position(start);
    }

    /** Takes a line; false if it is the last and was not written whole. */
    private boolean take(String line, int number, boolean last) {
        try {
            Map<String, Object> object = parse(line);
            lines.put((String) object.get("key"), object);
            return true;
        } catch (IllegalArgumentException e) {
            if (last) {
                return false;
            }
            throw new ConfigException("%s, line %d is no run of a sweep: %s".formatted(path, number, e.getMessage()), e);
        }
    }

    /**
     * The run on a line.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Map<String, Object> parse(String line) {
        Map<String, Object> object = Json.object(line);
        if (!Long.valueOf(SweepLine.SCHEMA).equals(object.get("schema"))) {
            throw new IllegalArgumentException("its schema is " + object.get("schema"));
        }
        if (!(object.get("key") instanceof String) || !(object.get("index") instanceof Long) || !(object.get("of") instanceof Long)) {
            throw new IllegalArgumentException("it has no key, index and of");
        }
        return object;
    }

    /** The runs that it had when it was opened, by their keys. */
    Map<String, Map<String, Object>> lines() {
        return lines;
    }

    /** Whether a torn end was cut off. */
    boolean torn() {
        return torn;
    }

    /** Adds a line. */
    void add(String line) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new BackendException("%s cannot be written: %s".formatted(path, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        try {
            channel.force(true);
            channel.close();
        } catch (IOException e) {
            throw new BackendException("%s cannot be written: %s".formatted(path, e.getMessage()), e);
        }
    }
}
