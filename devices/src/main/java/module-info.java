/** The devices of a PC, each one class and one state record. */
module org.jvmx.devices {
    requires transitive org.jvmx.core;

    exports org.jvmx.devices.acpi;
    exports org.jvmx.devices.apic;
    exports org.jvmx.devices.debug;
    exports org.jvmx.devices.fwcfg;
    exports org.jvmx.devices.keyboard;
    exports org.jvmx.devices.pci;
    exports org.jvmx.devices.pic;
    exports org.jvmx.devices.rtc;
    exports org.jvmx.devices.serial;
    exports org.jvmx.devices.testdev;
    exports org.jvmx.devices.timer;
    exports org.jvmx.devices.video;
}
