package org.jvmx.policy.load;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts a call of the step counter at the entry of each method and before each branch that may go backwards. */
final class StepPlanter {
    /** The class of a loader that its classes call to count a step. */
    static final String COUNTER = "org.jvmx.planted.Steps";

    private static final ClassDesc STEPS = ClassDesc.of(COUNTER);
    private static final MethodTypeDesc STEP = MethodTypeDesc.ofDescriptor("()V");
    private static final ClassDesc BUDGET = ClassDesc.of("org.jvmx.vm.StepBudget");

    private StepPlanter() {
    }

    /** The class with the counting planted. */
    static byte[] plant(byte[] original, ClassLoader loader) {
        ClassFile file = ClassFile.of(ClassFile.ClassHierarchyResolverOption
                .of(ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.defaultResolver())));
        return file.transformClass(file.parse(original), ClassTransform.transformingMethodBodies(
                method -> !method.flags().has(AccessFlag.SYNTHETIC) || !method.flags().has(AccessFlag.BRIDGE),
                CodeTransform.ofStateful(Planting::new)));
    }

    /** A class with a static budget and a method that takes a step of it. */
    static byte[] counter() {
        return ClassFile.of().build(STEPS, type -> {
            type.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL);
            type.withField("budget", BUDGET, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC);
            type.withMethodBody("step", STEP, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                    code -> code.getstatic(STEPS, "budget", BUDGET).invokevirtual(BUDGET, "step", STEP).return_());
        });
    }

    /** One method: labels that were bound are behind. */
    private static final class Planting implements CodeTransform {
        private final Set<Label> behind = new HashSet<>();

        @Override
        public void atStart(CodeBuilder code) {
            code.invokestatic(STEPS, "step", STEP);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            switch (element) {
                case LabelTarget bound -> behind.add(bound.label());
                case BranchInstruction branch -> count(code, behind.contains(branch.target()));
                case TableSwitchInstruction choice -> count(code, backwards(choice.defaultTarget(), choice.cases()));
                case LookupSwitchInstruction choice -> count(code, backwards(choice.defaultTarget(), choice.cases()));
                default -> {}
            }
            code.with(element);
        }

        private boolean backwards(Label otherwise, List<SwitchCase> cases) {
            return behind.contains(otherwise) || cases.stream().anyMatch(one -> behind.contains(one.target()));
        }

        private static void count(CodeBuilder code, boolean backwards) {
            if (backwards) {
                code.invokestatic(STEPS, "step", STEP);
            }
        }
    }
}
