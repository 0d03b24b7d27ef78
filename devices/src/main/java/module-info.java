/** The devices of a PC, each one class and one state record. */
module org.jvmx.devices {
    requires transitive org.jvmx.core;
}
