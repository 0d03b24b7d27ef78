/** The machine assembled, the command line, metrics and bundled guests. */
module org.jvmx.tools {
    requires transitive org.jvmx.core;
    requires transitive org.jvmx.loader;
    requires transitive org.jvmx.devices;
    requires info.picocli;

    exports org.jvmx.tools.guests;
    exports org.jvmx.tools.pc;
}
