package org.jvmx.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.Attributes;
import java.lang.classfile.Instruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What class files may hold: read from the compiled classes, so that the compiler's own insertions count. */
final class BytecodeHygiene {
    /** HotSpot compiles no method with more bytes of code than this (HugeMethodLimit). */
    static final int HUGE = 8000;
    /** HotSpot inlines no hot method with more bytes of code than this (FreqInlineSize). */
    static final int INLINABLE = 325;

    private static final String HOT = "Lorg/jvmx/arch/Hot;";
    private static final Set<String> BOXES =
            Set.of("java/lang/Integer", "java/lang/Long", "java/lang/Boolean", "java/lang/Byte", "java/lang/Short",
                    "java/lang/Character", "java/lang/Double", "java/lang/Float");

    private BytecodeHygiene() {
    }

    /** What is wrong in the class files below a folder, a sentence each. */
    static List<String> offences(Path classes) {
        try (Stream<Path> files = Files.walk(classes)) {
            List<String> found = new ArrayList<>();
            files.filter(file -> file.toString().endsWith(".class")).sorted().forEach(file -> check(file, found));
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Methods marked hot below a folder. */
    static long hotMethods(Path classes) {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .mapToLong(file -> parse(file).methods().stream().filter(BytecodeHygiene::hot).count()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong in one class. */
    static List<String> offences(ClassModel type) {
        List<String> found = new ArrayList<>();
        for (MethodModel method : type.methods()) {
            method.code().ifPresent(code -> check(type.thisClass().asInternalName(), method, code, found));
        }
        return found;
    }

    private static void check(Path file, List<String> found) {
        found.addAll(offences(parse(file)));
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(String type, MethodModel method, CodeModel code, List<String> found) {
        String name = type + "." + method.methodName().stringValue();
        int size = ((CodeAttribute) code).codeLength();
        if (size > HUGE && !method.methodName().equalsString("<clinit>")) {
            found.add(name + " has " + size + " bytes of code; HotSpot compiles none over " + HUGE);
        }
        if (!hot(method)) {
            return;
        }
        if (size > INLINABLE) {
            found.add(name + " is marked hot and has " + size + " bytes of code; HotSpot inlines none over " + INLINABLE);
        }
        List<Instruction> instructions = new ArrayList<>();
        for (CodeElement element : code) {
            if (element instanceof Instruction instruction) {
                instructions.add(instruction);
            }
        }
        for (int at = 0; at < instructions.size(); at++) {
            if (forbidden(instructions.get(at)) && !thrown(instructions, at)) {
                found.add(name + " is marked hot and holds " + instructions.get(at));
            }
        }
    }

    private static boolean hot(MethodModel method) {
        return method.findAttribute(Attributes.runtimeInvisibleAnnotations())
                .map(all -> all.annotations().stream().anyMatch(one -> one.className().equalsString(HOT))).orElse(false);
    }

    private static boolean forbidden(Instruction instruction) {
        Opcode opcode = instruction.opcode();
        if (instruction instanceof NewObjectInstruction made) {
            return !made.className().asInternalName().equals("java/lang/AssertionError");
        }
        if (opcode == Opcode.NEWARRAY || opcode == Opcode.ANEWARRAY || opcode == Opcode.MULTIANEWARRAY || opcode == Opcode.INVOKEDYNAMIC) {
            return true;
        }
        return instruction instanceof InvokeInstruction call && call.name().equalsString("valueOf")
                && BOXES.contains(call.owner().asInternalName());
    }

    /** Whether what is made here is thrown: an error of ours, not the path that matters. */
    private static boolean thrown(List<Instruction> instructions, int from) {
        for (int at = from; at < instructions.size() && at < from + 40; at++) {
            if (instructions.get(at) instanceof ThrowInstruction) {
                return true;
            }
            if (instructions.get(at).opcode().kind() == Opcode.IRETURN.kind()) {
                return false;
            }
        }
        return false;
    }
}
