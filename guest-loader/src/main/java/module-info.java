/** Guest images into guest memory: formats, boot protocols, payload decoders. */
module org.jvmx.loader {
    requires transitive org.jvmx.core;
    requires org.tukaani.xz;
    requires org.apache.commons.compress;

    exports org.jvmx.loader;
    exports org.jvmx.loader.format;
    exports org.jvmx.loader.initramfs;
    exports org.jvmx.loader.payload;
    exports org.jvmx.loader.protocol;
}
