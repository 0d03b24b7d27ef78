package org.jvmx.cpu.interp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Clones template classes. A template reads its {@link Form} from a static final field that is initialised from the class data; for each form the
 * template's own bytes are defined once more as a hidden class with that form as class data. So the operations are written once, in Java, and the
 * JIT compiles each form with its function, width and operand places as constants.
 */
final class Specializer {
    private record Key(Class<?> template, Form form) {
    }

    /** A memo of pure data: the same key always yields an equal class. */
    private static final Map<Key, Template> CLONES = new ConcurrentHashMap<>();
    private static final Map<Class<?>, byte[]> BYTES = new ConcurrentHashMap<>();

    private Specializer() {
    }

    /** The form of a cloned class; null in the template itself. For the initialiser of a template's static final field. */
    static Form form(MethodHandles.Lookup lookup) {
        try {
            return MethodHandles.classData(lookup, "_", Form.class);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The clone of a template for a form. */
    static Template of(Class<? extends Template> template, Form form) {
        return CLONES.computeIfAbsent(new Key(template, form), Specializer::define);
    }

    private static Template define(Key key) {
        byte[] bytes = BYTES.computeIfAbsent(key.template, Specializer::bytes);
        try {
            MethodHandles.Lookup clone = MethodHandles.lookup().defineHiddenClassWithClassData(bytes, key.form, true);
            return (Template) clone.lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot specialise " + key, e);
        }
    }

    private static byte[] bytes(Class<?> template) {
        String file = template.getSimpleName() + ".class";
        try (InputStream in = template.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("class file " + file + " is not with its class");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
