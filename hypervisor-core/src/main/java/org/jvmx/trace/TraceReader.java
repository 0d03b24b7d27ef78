package org.jvmx.trace;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.BufferedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jvmx.error.ImageException;
import org.jvmx.vm.PolicySwap;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** Reads a trace of either form into a sink, and turns one form into the other. */
public final class TraceReader {
    private static final TraceField[] FIELDS = TraceField.values();

    private TraceReader() {
    }

    /**
     * Reads a trace; which form it is, its first bytes say. A trace that was cut off ends without a footer.
     *
     * @throws ImageException if it is no trace
     */
    public static void read(Path file, TraceSink sink) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(BinaryTraceSink.MAGIC.length);
            byte[] start = in.readNBytes(BinaryTraceSink.MAGIC.length);
            if (Arrays.equals(start, BinaryTraceSink.MAGIC)) {
                binary(in, sink);
            } else if (start.length > 0 && start[0] == '{') {
                in.reset();
                lines(in, sink);
            } else {
                throw new ImageException("%s is no exit trace: it begins neither with JVMXTRC nor with a JSON object".formatted(file));
            }
        } catch (EOFException e) {
            throw new ImageException("%s is no exit trace: it ends within its header".formatted(file), e);
        } catch (IllegalArgumentException | ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
            throw new ImageException("%s is no exit trace of schema %d: %s".formatted(file, TraceHeader.SCHEMA, e.getMessage()), e);
        }
    }

    /** Writes a trace in the form that the target's name asks for. */
    public static void convert(Path file, Path target) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
            read(file, ExitTrace.sink(out, target.toString().endsWith(".jsonl")));
        }
    }

    private static void binary(InputStream in, TraceSink sink) throws IOException {
        sink.header(header(Json.object(text(in))));
        long[] fields = new long[TraceField.COUNT];
        long count = 0;
        try {
            for (int mask = (int) number(in) - 1; mask >= 0; mask = (int) number(in) - 1) {
                for (int at = 0; at < fields.length; at++) {
                    boolean present = (mask >> at & 1) != 0;
                    boolean difference = (BinaryTraceSink.DIFFERENCES >> at & 1) != 0;
                    long value = present ? number(in) : 0;
                    fields[at] = difference ? fields[at] + (value >>> 1 ^ -(value & 1)) : value;
                }
                if (!TraceField.isAccess(fields[TraceField.ACCESS.ordinal()])) {
                    throw new IllegalArgumentException("record %d has an access of no kind".formatted(count));
                }
                sink.record(count++, fields);
            }
            sink.footer(footer(Json.object(text(in))));
        } catch (EOFException _) {
            return;
        }
    }

    private static String text(InputStream in) throws IOException {
        int size = (int) Math.min(number(in), 1 << 20);
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static long number(InputStream in) throws IOException {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            value |= (next & 0x7fL) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
    }

    private static void lines(InputStream in, TraceSink sink) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        sink.header(header(Json.object(reader.readLine())));
        long[] fields = new long[TraceField.COUNT];
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            Map<String, Object> object = Json.object(line);
            if (object.containsKey("traceHash")) {
                sink.footer(footer(object));
                return;
            }
            record(object, fields);
            sink.record(number(object.get("n")), fields);
        }
    }

    private static void record(Map<String, Object> object, long[] fields) {
        for (TraceField field : FIELDS) {
            fields[field.ordinal()] = switch (field) {
                case REASON -> reason(object);
                case ACCESS -> object.get("access") instanceof String words ? TraceField.parseAccess(words) : 0;
                default -> number(object.get(field.label()));
            };
        }
    }

    private static long reason(Map<String, Object> object) {
        String name = word(object, "reason");
        long number = !name.isEmpty() && Character.isDigit(name.charAt(0)) ? Long.parseLong(name) : ExitReason.valueOf(name).number();
        return object.containsKey("entryFailure") ? number | Exit.ENTRY_FAILURE & 0xffff_ffffL : number;
    }

    private static long number(Object value) {
        return switch (value) {
            case null -> 0;
            case String hex -> Long.parseUnsignedLong(hex.substring(2), 16);
            case Long number -> number;
            default -> throw new IllegalArgumentException(value + " is no number");
        };
    }

    private static String word(Map<?, ?> object, String name) {
        return string(object.get(name), name);
    }

    private static String string(Object value, String what) {
        if (value instanceof String word) {
            return word;
        }
        throw new IllegalArgumentException("it has no " + what);
    }

    private static TraceHeader header(Map<String, Object> object) {
        if (number(object.get("schema")) != TraceHeader.SCHEMA) {
            throw new IllegalArgumentException("its schema is " + object.get("schema"));
        }
        if (!(object.get("policies") instanceof List<?> listed)) {
            throw new IllegalArgumentException("it has no policies");
        }
        List<String> policies = listed.stream().map(policy -> string(policy, "name for a policy")).toList();
        return new TraceHeader(word(object, "version"), word(object, "backend"), word(object, "guest"),
                number(object.get("seed")), number(object.get("memory")), (int) number(object.get("cpus")), policies);
    }

    private static TraceFooter footer(Map<String, Object> object) {
        TreeMap<String, Long> counts = new TreeMap<>();
        if (!(object.get("counts") instanceof Map<?, ?> counted)) {
            throw new IllegalArgumentException("it has no counts");
        }
        counted.forEach((name, count) -> counts.put((String) name, number(count)));
        List<PolicySwap> swaps = new ArrayList<>();
        for (Object swap : object.get("swaps") instanceof List<?> all ? all : List.of()) {
            Map<?, ?> fields = (Map<?, ?>) swap;
            swaps.add(new PolicySwap(word(fields, "old"), word(fields, "new"), number(fields.get("exits")),
                    number(fields.get("t"))));
        }
        return new TraceFooter(number(object.get("exits")), counts, word(object, "traceHash"), swaps);
    }
}
