package org.jvmx.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The dependency arrows between the modules: devices and loader see no processor and no monitor, and only the wiring sees all. */
class ModuleArrowsTest {
    private static JavaClasses module(String name) {
        JavaClasses found = new ClassFileImporter().importPath(Path.of("..", name, "target", "classes"));
        assertTrue(found.size() > 10, name + " is not compiled beside this module");
        return found;
    }

    @Test
    void devicesSeeBusAndMemoryOnly() {
        classes().should().onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jvmx.devices..", "org.jvmx.bus..", "org.jvmx.memory..",
                        "org.jvmx.arch..", "org.jvmx.error..")
                .check(module("devices"));
    }

    @Test
    void theLoaderSeesMemoryOnly() {
        classes().should().onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jvmx.loader..", "org.jvmx.memory..", "org.jvmx.arch..",
                        "org.jvmx.error..", "org.tukaani.xz..", "org.apache.commons.compress..")
                .check(module("guest-loader"));
    }

    @Test
    void toolsGoThroughTheMonitor() {
        noClasses().that().resideInAPackage("org.jvmx.tools.cli..").should().dependOnClassesThat().resideInAPackage("org.jvmx.cpu..")
                .check(module("tools"));
    }

    @Test
    void librariesDoNotPrint() {
        for (String library : new String[] {"hypervisor-core", "guest-loader", "devices"}) {
            noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err").check(module(library));
        }
    }
}
