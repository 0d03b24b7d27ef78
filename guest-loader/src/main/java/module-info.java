/** Guest images into guest memory: formats, boot protocols, payload decoders. */
module org.jvmx.loader {
    requires transitive org.jvmx.core;
    requires org.tukaani.xz;
    requires org.apache.commons.compress;
}
