package org.jvmx.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.load.PolicyCompiler;
import org.jvmx.policy.load.PolicyLoader;
import org.jvmx.vm.ExitPolicy;

/**
 * Finds policies by what is written on a command line: {@code name[,key=value...]}, where the name is that of a policy that comes with JVMX, the name
 * of a class on the class path, or a source file that ends in {@code .java}.
 */
public final class Policies {
    private static final String SOURCE = ".java";

    private final ClassLoader classPath;

    /** Those of JVMX and of a class path. */
    public Policies(ClassLoader classPath) {
        this.classPath = classPath;
    }

    /** Those of JVMX and of the class path of this program. */
    public static Policies standard() {
        return new Policies(ClassLoader.getSystemClassLoader());
    }

    /** Those that are known by name: JVMX's own, then those that the class path declares as services. */
    public List<PolicyKind> all() {
        List<PolicyKind> all = new ArrayList<>(BuiltIns.ALL);
        ServiceLoader.load(ExitPolicy.class, classPath).stream().map(found -> ofClass(found.type().getName())).forEach(all::add);
        return all;
    }

    /**
     * The policy of a name, a class or a source file, without options.
     *
     * @throws ConfigException if there is none, or the source does not compile
     */
    public PolicyKind find(String name) {
        if (name.endsWith(SOURCE)) {
            return ofSource(Path.of(name));
        }
        for (PolicyKind kind : BuiltIns.ALL) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        if (classPath.getResource(name.replace('.', '/') + ".class") == null) {
            throw new ConfigException("there is no policy '%s': take one of %s; a class on the class path; or a file that ends in .java"
                    .formatted(name, String.join(", ", BuiltIns.ALL.stream().map(PolicyKind::name).toList())));
        }
        return ofClass(name);
    }

    /**
     * An instance, for one machine, of {@code name[,key=value...]}.
     *
     * @throws ConfigException if there is no such policy, or no such option
     */
    public ExitPolicy open(String text) {
        return find(nameOf(text)).open(optionsOf(text));
    }

    /** The name in {@code name[,key=value...]}. */
    public static String nameOf(String text) {
        return text.split(",", 2)[0];
    }

    /** The options in {@code name[,key=value...]}. */
    public static PolicyOptions optionsOf(String text) {
        Map<String, String> given = new TreeMap<>();
        String[] parts = text.split(",");
        for (int n = 1; n < parts.length; n++) {
            String[] pair = parts[n].split("=", 2);
            if (pair.length != 2 || pair[0].isBlank()) {
                throw new ConfigException("policy %s: '%s' is no option: write key=value".formatted(parts[0], parts[n]));
            }
            if (given.put(pair[0].strip(), pair[1].strip()) != null) {
                throw new ConfigException("policy %s: option %s is given twice".formatted(parts[0], pair[0]));
            }
        }
        return new PolicyOptions(nameOf(text), given);
    }

    private PolicyKind ofClass(String name) {
        return new ClassKind(name, CodeHash.ofClass(name, classPath), () -> define(name, Map.of()));
    }

    private PolicyKind ofSource(Path file) {
        String text = read(file);
        Map<String, byte[]> classes = PolicyCompiler.compile(file.toString(), text);
        String type = policyAmong(file, classes);
        return new ClassKind(file.toString(), CodeHash.ofText(text), () -> define(type, classes));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ConfigException("there is no policy file %s; 'jvmx policy new NAME' writes one to begin with".formatted(file), e);
        } catch (IOException e) {
            throw new ConfigException("policy file %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private Class<?> define(String name, Map<String, byte[]> classes) {
        try {
            return new PolicyLoader(classes, classPath).loadClass(name);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ConfigException("policy class %s cannot be loaded: %s".formatted(name, e), e);
        }
    }

    /** The class of a file that is a policy: the one that is called as the file, or the only one. */
    private String policyAmong(Path file, Map<String, byte[]> classes) {
        String simple = file.getFileName().toString().replace(SOURCE, "");
        List<String> policies = new ArrayList<>();
        PolicyLoader loader = new PolicyLoader(classes, classPath);
        for (String name : classes.keySet()) {
            if (isPolicy(loader, name)) {
                policies.add(name);
            }
        }
        for (String name : policies) {
            if (name.equals(simple) || name.endsWith("." + simple)) {
                return name;
            }
        }
        if (policies.size() != 1) {
            throw new ConfigException("policy %s: %s implements ExitPolicy; call the one that is meant %s".formatted(file,
                    policies.isEmpty() ? "no public class" : "more than one class", simple));
        }
        return policies.getFirst();
    }

    private static boolean isPolicy(PolicyLoader loader, String name) {
        try {
            Class<?> type = Class.forName(name, false, loader);
            return ExitPolicy.class.isAssignableFrom(type) && !type.isInterface() && type.getConstructors().length > 0;
        } catch (ClassNotFoundException | LinkageError e) {
            throw new ConfigException("policy class %s cannot be loaded: %s".formatted(name, e), e);
        }
    }
}
