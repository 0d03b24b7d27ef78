package org.jvmx.cpu.state;

/** A VM exit in the middle of an instruction: nothing of the instruction is committed; the exit information is in the processor's {@code exit}. */
public final class ExitSignal extends GuestEvent {
    private static final long serialVersionUID = 1;

    ExitSignal() {
        super("VM exit");
    }
}
