/** The machine assembled, the command line, metrics and bundled guests. */
@SuppressWarnings("requires-transitive-automatic") // Micrometer has no module descriptors; its meters are our interface
module org.jvmx.tools {
    requires transitive org.jvmx.core;
    requires transitive org.jvmx.loader;
    requires transitive org.jvmx.devices;
    requires info.picocli;
    requires java.management;
    requires jdk.management;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires transitive micrometer.core;
    requires micrometer.registry.prometheus;

    exports org.jvmx.tools.experiment;
    exports org.jvmx.tools.gdb;
    exports org.jvmx.tools.guests;
    exports org.jvmx.tools.hosttrace;
    exports org.jvmx.tools.metrics;
    exports org.jvmx.tools.pc;
    exports org.jvmx.tools.server;
    exports org.jvmx.tools.sweep;

    opens org.jvmx.tools.cli to info.picocli;
}
