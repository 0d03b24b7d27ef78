package org.jvmx.fuzz.targets;

import org.jvmx.fuzz.Bounds;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;

/** Any code in any state of a guest, its tables included, ends in VM exits, and each leaves a legal guest. */
public final class InterpreterTarget implements Target {
    private static final int MOST_RUNS = 24;

    private final GuestRig rig = new GuestRig();
    private Bytes input;
    private int runs;

    public InterpreterTarget() {
    }

    @Override
    public void run(byte[] bytes) {
        Bounds.clear();
        input = new Bytes(bytes);
        GuestScript script = new GuestScript(rig, input);
        runs = 0;
        while (input.more() && !rig.dead() && runs < MOST_RUNS) {
            int choice = input.u8();
            switch (choice & 15) {
                case GuestScript.ENTER, GuestScript.ENTER + 1 -> enter();
                case GuestScript.AFTER_EXIT -> afterExit(choice >> 4);
                default -> script.step(choice);
            }
        }
        for (int n = 0; n < 4 && !rig.dead() && rig.run(); n++) {
            rig.complete(true, -1);
        }
    }

    private void enter() {
        runs++;
        rig.run();
    }

    private void afterExit(int choice) {
        runs++;
        if (!rig.launched()) {
            return;
        }
        switch (choice & 3) {
            case 0 -> rig.complete(false, 0);
            case 1 -> rig.complete(true, input.value());
            case 2 -> rig.retry();
            default -> rig.fault(input.below(32), input.u8());
        }
    }
}
