package org.jvmx.policy.cost;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jvmx.error.ConfigException;

/** The data file of exit costs: what its head says, in memory. */
public final class CostData {
    /** The owner of the constants that every model has. */
    public static final String COMMON = "kvm";

    private static final String FILE = "costs.txt";
    private static final String MITIGATIONS = "mitigations=";
    private static final Pattern SOURCE = Pattern.compile("source (\\S+): (.+)");
    private static final Pattern MODEL = Pattern.compile("model (\\S+) (\\d+): (.+)");
    private static final Pattern MITIGATION = Pattern.compile("mitigation (\\S+): (.+)");
    private static final Pattern COST =
            Pattern.compile("cost (\\S+)\\s+(\\S+)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+(\\S+)\\s+([^\\s:]+): (.+)");

    /** How far a constant is to be trusted. */
    public enum Status {
        /** The numbers are the source's. */
        PUBLISHED,
        /** They were computed from the source's. */
        DERIVED,
        /** They were recalled from the source, and are to be compared with it. */
        RE_CHECK,
        /** No source gives them. */
        ASSUMED;

        /** Its name in the data file. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** A processor. */
    public record Processor(String name, int megahertz, String description) {
    }

    /** A constant of a processor, of a mitigation, or of {@link #COMMON}. */
    public record Entry(String owner, CostConstant constant, Bounds bounds, Status status, List<String> sources, String reasoning) {
    }

    private final String name;
    private final String hash;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, Processor> processors = new LinkedHashMap<>();
    private final Map<String, String> mitigations = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    private CostData(String name, byte[] bytes) {
        this.name = name;
        this.hash = sha256(bytes);
        int number = 0;
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\r?\n")) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                statement(line.strip(), number);
            }
        }
    }

    /** The file that comes with JVMX. */
    public static CostData bundled() {
        try (InputStream in = CostData.class.getResourceAsStream(FILE)) {
            return new CostData(FILE, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A file of one's own.
     *
     * @throws ConfigException if it cannot be read or is wrong; the message says in which line
     */
    public static CostData of(Path file) {
        try {
            return new CostData(String.valueOf(file.getFileName()), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ConfigException("cost data %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** As {@link #of}, from memory. */
    static CostData parse(String text) {
        return new CostData("text", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void statement(String line, int number) {
        Matcher source = SOURCE.matcher(line);
        Matcher model = MODEL.matcher(line);
        Matcher mitigation = MITIGATION.matcher(line);
        Matcher cost = COST.matcher(line);
        if (source.matches()) {
            require(sources.put(source.group(1), source.group(2)) == null, number, "source %s is there twice", source.group(1));
        } else if (model.matches()) {
            Processor processor = new Processor(model.group(1), Integer.parseInt(model.group(2)), model.group(3));
            require(processors.put(processor.name(), processor) == null, number, "model %s is there twice", processor.name());
        } else if (mitigation.matches()) {
            require(mitigations.put(mitigation.group(1), mitigation.group(2)) == null, number, "mitigation %s is there twice",
                    mitigation.group(1));
        } else if (cost.matches()) {
            entry(cost, number);
        } else {
            throw wrong(number, "'%s' is no statement: see the head of the file", line);
        }
    }

    private void entry(Matcher cost, int number) {
        String owner = cost.group(1);
        require(owner.equals(COMMON) || processors.containsKey(owner) || mitigations.containsKey(owner), number,
                "'%s' is neither %s nor a model or mitigation of the lines above", owner, COMMON);
        CostConstant constant = CostConstant.labelled(cost.group(2));
        require(constant != null, number, "there is no constant '%s'", cost.group(2));
        require(find(owner, constant) == null, number, "%s of %s is there twice", cost.group(2), owner);
        Bounds bounds = new Bounds(Double.parseDouble(cost.group(3)), Double.parseDouble(cost.group(4)), Double.parseDouble(cost.group(5)));
        require(bounds.low() <= bounds.typical() && bounds.typical() <= bounds.high(), number, "low, typical and high are not in order");
        Status status = Arrays.stream(Status.values()).filter(one -> one.label().equals(cost.group(6))).findFirst().orElse(null);
        require(status != null, number, "there is no status '%s'", cost.group(6));
        List<String> cited = List.of(cost.group(7).split(","));
        for (String source : cited) {
            require(sources.containsKey(source), number, "source %s is not among the lines above", source);
        }
        entries.add(new Entry(owner, constant, bounds, status, cited, cost.group(8)));
    }

    private void require(boolean condition, int line, String message, Object... arguments) {
        if (!condition) {
            throw wrong(line, message, arguments);
        }
    }

    private ConfigException wrong(int line, String message, Object... arguments) {
        return new ConfigException("cost data %s, line %d: %s".formatted(name, line, message.formatted(arguments)));
    }

    /**
     * The model of a specification: {@code skylake-sp} or {@code skylake-sp,mitigations=retpoline+mds}.
     *
     * @throws ConfigException if the data has no such processor or mitigation
     */
    public CostModel model(String specification) {
        List<String> parts = List.of(specification.split(",", 2));
        Processor processor = processors.get(parts.getFirst());
        if (processor == null) {
            throw new ConfigException("there is no cost model '%s': there are %s".formatted(parts.getFirst(),
                    String.join(", ", processors.keySet())));
        }
        List<String> against = new ArrayList<>();
        if (parts.size() > 1) {
            if (!parts.get(1).startsWith(MITIGATIONS)) {
                throw new ConfigException("'%s' of a cost model is not known: it is %sNAME+NAME".formatted(parts.get(1), MITIGATIONS));
            }
            for (String mitigation : parts.get(1).substring(MITIGATIONS.length()).split("\\+")) {
                if (!mitigations.containsKey(mitigation) && !mitigation.equals("none")) {
                    throw new ConfigException("there is no mitigation '%s': there are none, %s".formatted(mitigation,
                            String.join(", ", mitigations.keySet())));
                }
                against.add(mitigation);
            }
        }
        against.remove("none");
        return new CostModel(this, processor, against.stream().distinct().sorted().toList());
    }

    /** The constant of an owner; of {@link #COMMON} if it has none of its own; null if neither has. */
    Entry entry(String owner, CostConstant constant) {
        Entry own = find(owner, constant);
        return own != null ? own : find(COMMON, constant);
    }

    /** The constant of exactly this owner, or null. */
    Entry find(String owner, CostConstant constant) {
        return entries.stream().filter(entry -> entry.owner().equals(owner) && entry.constant() == constant).findFirst().orElse(null);
    }

    /** Citations by the names that entries use. */
    public Map<String, String> sources() {
        return Map.copyOf(sources);
    }

    /** The processors, in the file's order. */
    public List<Processor> processors() {
        return List.copyOf(processors.values());
    }

    /** What is known of mitigations, by name. */
    public Map<String, String> mitigations() {
        return new LinkedHashMap<>(mitigations);
    }

    /** All constants, in the file's order. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** SHA-256 of the file, in hexadecimal. */
    public String hash() {
        return hash;
    }
}
