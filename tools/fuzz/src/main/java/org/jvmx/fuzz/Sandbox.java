package org.jvmx.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;

/**
 * Loads the code under test once more, with assertions, and with two classes changed: each method of {@code RawMemory} asks {@link Bounds} first, and
 * {@code HostMemory} tells it what memory it gives out. So a wrong address is an error and not the end of the JVM.
 */
public final class Sandbox extends ClassLoader {
    private static final String ROOT = "org.jvmx.";
    private static final Set<String> SHARED = Set.of("org.jvmx.fuzz.Target");
    private static final ClassDesc BOUNDS = ClassDesc.of("org.jvmx.fuzz.Bounds");
    private static final MethodTypeDesc ADDRESS_SIZE =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, ConstantDescs.CD_int);
    private static final MethodTypeDesc ADDRESS_LONG =
            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, ConstantDescs.CD_long);
    private static final int CHUNK = 1 << 16;

    private Sandbox(ClassLoader parent) {
        super(parent);
        setDefaultAssertionStatus(true);
    }

    /** The target of that name, in a sandbox of its own. */
    static Target target(String name) {
        try {
            Class<?> type = new Sandbox(Sandbox.class.getClassLoader()).loadClass(Targets.className(name));
            return (Target) type.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no target " + name, e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(ROOT) || SHARED.contains(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes;
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] changed = switch (name) {
            case "org.jvmx.memory.RawMemory" -> rewrite(bytes, Sandbox::checked);
            case "org.jvmx.memory.HostMemory" -> rewrite(bytes, Sandbox::telling);
            default -> bytes;
        };
        return defineClass(name, changed, 0, changed.length);
    }

    private interface Rewrite {
        /** What to do with a method's code; null to leave it. */
        CodeTransform of(MethodModel method);
    }

    private static byte[] rewrite(byte[] bytes, Rewrite rewrite) {
        ClassFile files = ClassFile.of();
        ClassModel model = files.parse(bytes);
        return files.transformClass(model, (builder, element) -> {
            CodeTransform transform = element instanceof MethodModel method && method.code().isPresent() ? rewrite.of(method) : null;
            if (transform != null) {
                builder.transformMethod((MethodModel) element, java.lang.classfile.MethodTransform.transformingCode(transform));
            } else {
                builder.with(element);
            }
        });
    }

    /** Asks before the method's first instruction. */
    private static CodeTransform checked(MethodModel method) {
        MethodTypeDesc type = method.methodTypeSymbol();
        if (type.parameterCount() == 0 || !type.parameterType(0).equals(ConstantDescs.CD_long)) {
            return null;
        }
        return atStart(code -> question(code, method.methodName().stringValue()));
    }

    private static void question(CodeBuilder code, String name) {
        int size = name.endsWith("Byte") ? 1 : name.endsWith("Short") ? 2 : name.endsWith("Int") ? 4 : name.endsWith("Long") ? 8 : 0;
        if (size != 0) {
            code.lload(0).loadConstant(size).invokestatic(BOUNDS, "check", ADDRESS_SIZE);
            return;
        }
        switch (name) {
            case "copy" -> {
                code.lload(0).lload(4).invokestatic(BOUNDS, "checkRange", ADDRESS_LONG);
                code.lload(2).lload(4).invokestatic(BOUNDS, "checkRange", ADDRESS_LONG);
            }
            case "fill" -> code.lload(0).lload(2).invokestatic(BOUNDS, "checkRange", ADDRESS_LONG);
            case "get", "put" -> code.lload(0).iload(4).i2l().invokestatic(BOUNDS, "checkRange", ADDRESS_LONG);
            case "compareAndSet" -> code.lload(0).iload(2).invokestatic(BOUNDS, "check", ADDRESS_SIZE);
            default -> {
                // asks only about the address
            }
        }
    }

    private static CodeTransform atStart(java.util.function.Consumer<CodeBuilder> first) {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder builder) {
                first.accept(builder);
            }

            @Override
            public void accept(CodeBuilder builder, CodeElement element) {
                builder.with(element);
            }
        };
    }

    /** Tells of what {@code populate} returns. */
    private static CodeTransform telling(MethodModel method) {
        if (!method.methodName().equalsString("populate")) {
            return null;
        }
        return (builder, element) -> {
            if (element instanceof Instruction instruction && instruction.opcode() == Opcode.LRETURN) {
                builder.dup2().loadConstant((long) CHUNK).invokestatic(BOUNDS, "add", ADDRESS_LONG);
            }
            builder.with(element);
        };
    }
}
