package org.jvmx.devices.debug;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DebugPortsTest {
    private final List<Integer> heard = new ArrayList<>();

    @Test
    void exitHandsOverTheWrittenValue() {
        DebugExit exit = new DebugExit(heard::add);
        exit.out(0, 4, 0x1_0003);
        exit.out(0, 1, 0x1ff);
        assertEquals(List.of(0x1_0003, 0xff), heard);
        assertEquals(0, exit.in(0, 4));
    }

    @Test
    void consoleIsFoundByReadingItsPort() {
        DebugConsole console = new DebugConsole(heard::add);
        assertEquals(0xe9, console.in(0));
        console.out(0, 'x');
        assertEquals(List.of((int) 'x'), heard);
    }

    @Test
    void panicIsNoticed() {
        Pvpanic panic = new Pvpanic(heard::add);
        assertEquals(3, panic.in(0));
        panic.out(0, 0);
        panic.out(0, Pvpanic.PANICKED);
        assertEquals(List.of(1), heard);
    }
}
