package org.jvmx.policy;

import java.util.List;

/** The policies that come with JVMX. */
final class BuiltIns {
    static final List<PolicyKind> ALL = List.of(
            kind("halt-poll-none", HaltPollNone.class),
            kind("halt-poll-always", HaltPollAlways.class),
            kind("halt-poll-dynamic", HaltPollDynamic.class));

    private BuiltIns() {
    }

    private static PolicyKind kind(String name, Class<?> type) {
        return new ClassKind(name, CodeHash.ofClass(type), () -> type);
    }
}
