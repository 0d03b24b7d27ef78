package org.jvmx.policy.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jvmx.error.ConfigException;

/** Compiles one source file in memory, against JVMX and the class path. */
public final class PolicyCompiler {
    private PolicyCompiler() {
    }

    /**
     * The classes of a file, by name.
     *
     * @param file as it is to be called in messages
     * @throws ConfigException with what the compiler says if the file is not correct, or if there is no compiler
     */
    public static Map<String, byte[]> compile(String file, String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new ConfigException(
                    "policy %s is source, and this Java has no compiler: take a JDK in place of a runtime image".formatted(file));
        }
        StringWriter messages = new StringWriter();
        try (Memory memory = new Memory(compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8))) {
            boolean compiled = compiler.getTask(messages, memory, null, options(), null, List.of(new Source(file, source))).call();
            if (!compiled) {
                throw new ConfigException("policy %s does not compile:%n%s".formatted(file, messages.toString().stripTrailing()));
            }
            return memory.classes();
        } catch (IOException e) {
            throw new ConfigException("policy %s cannot be compiled: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static List<String> options() {
        List<String> options = new ArrayList<>(List.of("-g", "-proc:none", "-Xlint:-options"));
        String modules = System.getProperty("jdk.module.path", "");
        if (!modules.isEmpty() && PolicyCompiler.class.getModule().isNamed()) {
            options.addAll(List.of("--module-path", modules, "--add-modules", PolicyCompiler.class.getModule().getName()));
        }
        String classes = System.getProperty("java.class.path", "");
        options.addAll(List.of("-classpath", classes));
        return options;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String file;
        private final String text;

        Source(String file, String text) {
            super(URI.create("policy:///" + name(file)), Kind.SOURCE);
            this.file = file;
            this.text = text;
        }

        private static String name(String file) {
            return file.substring(file.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9_.$-]", "_");
        }

        @Override
        public String getName() {
            return file;
        }

        @Override
        public CharSequence getCharContent(boolean lenient) {
            return text;
        }
    }

    /** Keeps the classes. */
    private static final class Memory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> made = new TreeMap<>();

        Memory(StandardJavaFileManager below) {
            super(below);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(JavaFileManager.Location location, String type, JavaFileObject.Kind kind,
                FileObject by) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            made.put(type, bytes);
            return new SimpleJavaFileObject(URI.create("memory:///" + type.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }

        Map<String, byte[]> classes() {
            Map<String, byte[]> all = new TreeMap<>();
            made.forEach((name, bytes) -> all.put(name, bytes.toByteArray()));
            return all;
        }
    }
}
