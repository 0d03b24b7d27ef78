package org.jvmx.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The dependency arrows between the packages of this module: what is not listed is forbidden. */
class ArrowsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target", "classes"));

    private static void arrows(String from, String... allowed) {
        rule(from, allowed).allowEmptyShould(true).check(CLASSES);
    }

    private static ArchRule rule(String from, String... allowed) {
        List<String> packages = new ArrayList<>(List.of("java..", "javax..", "jdk..", "org.jvmx.error..", "org.jvmx." + from + ".."));
        for (String name : allowed) {
            packages.add("org.jvmx." + name);
        }
        return classes().that().resideInAPackage("org.jvmx." + from + "..").should().onlyDependOnClassesThat()
                .resideInAnyPackage(packages.toArray(String[]::new));
    }

    @Test
    void vocabularyDependsOnNothing() {
        arrows("arch");
    }

    @Test
    void instructionSetDependsOnVocabulary() {
        arrows("isa", "arch..");
    }

    @Test
    void memoryAndBus() {
        arrows("memory", "arch..");
        arrows("bus", "arch..", "memory..");
    }

    @Test
    void vmxKnowsNoProcessor() {
        arrows("vmx", "arch..", "memory..");
    }

    @Test
    void layersOfTheProcessor() {
        arrows("cpu.state", "arch..", "vmx..", "isa..");
        arrows("cpu.fp");
        arrows("cpu.mmu", "arch..", "vmx..", "memory..", "cpu.state..");
        arrows("cpu.semantics", "arch..", "isa..", "memory..", "bus..", "vmx..", "cpu.state..", "cpu.mmu..", "cpu.fp..");
        arrows("cpu.interp", "arch..", "isa..", "memory..", "bus..", "vmx..", "cpu.state..", "cpu.mmu..", "cpu.semantics..", "cpu.fp..");
        arrows("cpu", "arch..", "isa..", "memory..", "bus..", "vmx..");
    }

    @Test
    void monitorNamesNoBackend() {
        arrows("vm", "arch..", "isa..", "memory..", "bus..", "vmx..");
        arrows("policy", "arch..", "isa..", "memory..", "bus..", "vmx..", "vm..");
        arrows("trace", "arch..", "isa..", "memory..", "bus..", "vmx..", "vm..");
    }

    @Test
    void kvmIsABackendLikeAnyOther() {
        arrows("kvm", "arch..", "memory..", "vmx..");
        arrows("kvm.ffi");
    }

    @Test
    void onlyTheMemoryAccessorAndTheSystemCallsAreRestricted() {
        noClasses().that().doNotHaveFullyQualifiedName("org.jvmx.memory.RawMemory").should()
                .callMethod("java.lang.foreign.MemorySegment", "reinterpret", "long").check(CLASSES);
        noClasses().that().doNotHaveFullyQualifiedName("org.jvmx.kvm.ffi.LinuxCalls").should()
                .callMethod("java.lang.foreign.MemorySegment", "reinterpret", "long", "java.lang.foreign.Arena",
                        "java.util.function.Consumer")
                .check(CLASSES);
        noClasses().that().resideOutsideOfPackage("org.jvmx.kvm.ffi").should().dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker").check(CLASSES);
    }

    @Test
    void nothingTellsHostTimeButTheHostClock() {
        noClasses().that().haveNameNotMatching(".*(HostClock|WallPacer|kvm.Kicks).*").should().callMethod("java.lang.System", "nanoTime")
                .orShould()
                .callMethod("java.lang.System", "currentTimeMillis").check(CLASSES);
    }

    @Test
    void noStaticIsMutable() {
        fields().that().areStatic().and().areNotFinal().and().doNotHaveName("$assertionsDisabled").should().bePrivate()
                .andShould().beFinal().allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void theRuleFindsAForbiddenArrow() {
        assertThrows(AssertionError.class, () -> rule("cpu.mmu", "memory..").check(CLASSES));
    }
}
