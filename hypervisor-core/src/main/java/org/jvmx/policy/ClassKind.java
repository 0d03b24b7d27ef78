package org.jvmx.policy;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.function.Supplier;
import org.jvmx.error.ConfigException;
import org.jvmx.error.JvmxException;
import org.jvmx.vm.ExitPolicy;

/** Policies of one class; where the class is a user's, it is defined anew for each. */
final class ClassKind implements PolicyKind {
    private final String name;
    private final String hash;
    private final Supplier<Class<?>> definition;

    ClassKind(String name, String hash, Supplier<Class<?>> definition) {
        this.name = name;
        this.hash = hash;
        this.definition = definition;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String summary() {
        Described described = definition.get().getAnnotation(Described.class);
        return described == null ? "" : described.summary();
    }

    @Override
    public String source() {
        Described described = definition.get().getAnnotation(Described.class);
        return described == null ? "" : described.source();
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public List<PolicyOptions.Option> options() {
        PolicyOptions none = PolicyOptions.none(name);
        open(none);
        return none.asked();
    }

    @Override
    public ExitPolicy open(PolicyOptions options) {
        Class<?> type = definition.get();
        if (!ExitPolicy.class.isAssignableFrom(type)) {
            throw new ConfigException(
                    "policy %s: class %s does not implement %s".formatted(name, type.getName(), ExitPolicy.class.getName()));
        }
        ExitPolicy policy = construct(type, options);
        options.check();
        return policy;
    }

    private ExitPolicy construct(Class<?> type, PolicyOptions options) {
        try {
            for (Constructor<?> constructor : type.getConstructors()) {
                if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == PolicyOptions.class) {
                    return (ExitPolicy) constructor.newInstance(options);
                }
            }
            return (ExitPolicy) type.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof JvmxException told) {
                throw told;
            }
            throw new ConfigException("policy %s cannot be made: %s".formatted(name, e.getCause()), e.getCause());
        } catch (NoSuchMethodException | InstantiationException | IllegalAccessException e) {
            throw new ConfigException(
                    "policy %s cannot be made: class %s is not public, or has no public constructor without parameters or with %s"
                            .formatted(name, type.getName(), PolicyOptions.class.getSimpleName()),
                    e);
        } catch (LinkageError e) {
            throw new ConfigException("policy %s cannot be loaded: %s".formatted(name, e), e);
        }
    }
}
