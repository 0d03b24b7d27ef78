package org.jvmx.fuzz;

import java.util.Map;
import java.util.TreeMap;

/** All targets by name. */
final class Targets {
    private static final Map<String, String> CLASSES = new TreeMap<>(Map.ofEntries(
            Map.entry("decoder", "DecoderTarget"),
            Map.entry("gdb", "GdbTarget"),
            Map.entry("interpreter", "InterpreterTarget"),
            Map.entry("stepping", "SteppingTarget"),
            Map.entry("vmentry", "VmEntryTarget"),
            Map.entry("vmx", "VmxTarget"),
            Map.entry("msr", "MsrTarget"),
            Map.entry("loader", "LoaderTarget"),
            Map.entry("payload", "PayloadTarget"),
            Map.entry("cpio", "CpioTarget"),
            Map.entry("trace", "TraceTarget"),
            Map.entry("devices", "DevicesTarget")));

    private Targets() {
    }

    /** The names, in order. */
    static Iterable<String> names() {
        return CLASSES.keySet();
    }

    static String className(String name) {
        String type = CLASSES.get(name);
        if (type == null) {
            throw new IllegalArgumentException("no target '%s'; there are %s".formatted(name, CLASSES.keySet()));
        }
        return (name.equals("gdb") ? "org.jvmx.tools.gdb." : "org.jvmx.fuzz.targets.") + type;
    }
}
