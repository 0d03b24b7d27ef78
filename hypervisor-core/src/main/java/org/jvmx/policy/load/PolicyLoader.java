package org.jvmx.policy.load;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jvmx.vm.StepBudget;

/**
 * Defines the classes of one policy for one machine: those of a compilation, and those of the class path that are neither Java's nor JVMX's. So each
 * machine has the policy's statics for itself, and its steps are counted.
 */
public final class PolicyLoader extends ClassLoader implements StepBudget.Owner {
    private final Map<String, byte[]> compiled;
    private final StepBudget budget = new StepBudget();

    /** A loader of compiled classes, by name, over the class path of {@code parent}. */
    public PolicyLoader(Map<String, byte[]> compiled, ClassLoader parent) {
        super("policy", parent);
        this.compiled = Map.copyOf(compiled);
        byte[] counter = StepPlanter.counter();
        Class<?> steps = defineClass(StepPlanter.COUNTER, counter, 0, counter.length);
        try {
            steps.getField("budget").set(null, budget);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the counter of steps has no budget", e);
        }
    }

    @Override
    public StepBudget budget() {
        return budget;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            byte[] code = ours(name) ? code(name) : null;
            if (code == null) {
                return super.loadClass(name, resolve);
            }
            byte[] counted = StepPlanter.plant(code, this);
            return defineClass(name, counted, 0, counted.length);
        }
    }

    /** Whether the class is a user's: what Java and JVMX bring must be the same classes for all. */
    private static boolean ours(String name) {
        return !name.startsWith("java.") && !name.startsWith("javax.") && !name.startsWith("jdk.") && !name.startsWith("sun.")
                && !name.startsWith("org.jvmx.");
    }

    private byte[] code(String name) {
        byte[] made = compiled.get(name);
        if (made != null) {
            return made;
        }
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            return file == null ? null : file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        byte[] made = name.endsWith(".class") ? compiled.get(name.substring(0, name.length() - 6).replace('/', '.')) : null;
        return made != null ? new ByteArrayInputStream(made) : super.getResourceAsStream(name);
    }
}
