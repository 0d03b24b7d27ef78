package org.jvmx.tools.diff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jvmx.vm.Machine;
import org.jvmx.vmx.DebugFacility;

/** A guest behind a gdb stub, stepped one instruction at a time. It must stand where ours does, and take no interrupts. */
final class StubPeer implements Peer {
    private static final Map<String, Integer> PLACES = places();

    /** Where a register of the target goes. */
    private record Part(int register, int offset, int bytes) {
    }

    private final String name;
    private final GdbClient client;
    private final boolean physicalStack;
    private final List<Part> parts = new ArrayList<>();
    private final long[] stack = new long[16];
    private boolean started;

    /**
     * A stub that is connected.
     *
     * @param physicalStack whether its st0 is the first physical register, as QEMU's, and not the top of the stack
     */
    StubPeer(String name, GdbClient client, boolean physicalStack) {
        this.name = name;
        this.client = client;
        this.physicalStack = physicalStack;
        for (GdbClient.Register register : client.registers()) {
            Integer place = PLACES.get(register.name());
            if (place == null) {
                continue;
            }
            parts.add(new Part(place, register.offset(), Math.min(register.bytes(), Long.BYTES)));
            if (register.bytes() > Long.BYTES) {
                parts.add(new Part(place + 1, register.offset() + Long.BYTES, register.bytes() - Long.BYTES));
            }
        }
    }

    private static Map<String, Integer> places() {
        Map<String, Integer> places = new HashMap<>();
        String[] general = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
            "rip", "eflags", "es", "cs", "ss", "ds", "fs", "gs"};
        for (int n = 0; n < general.length; n++) {
            places.put(general[n], n);
        }
        places.put("fs_base", ProcessorState.BASE + 4);
        places.put("gs_base", ProcessorState.BASE + 5);
        places.put("cr0", ProcessorState.CR0);
        places.put("cr2", ProcessorState.CR2);
        places.put("cr3", ProcessorState.CR3);
        places.put("cr4", ProcessorState.CR4);
        places.put("efer", ProcessorState.EFER);
        places.put("fctrl", ProcessorState.FCW);
        places.put("fstat", ProcessorState.FSW);
        places.put("mxcsr", ProcessorState.MXCSR);
        for (int n = 0; n < 16; n++) {
            places.put("xmm" + n, ProcessorState.XMM + 2 * n);
        }
        for (int n = 0; n < 8; n++) {
            places.put("st" + n, ProcessorState.ST + 2 * n);
        }
        return places;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start(Machine machine, DebugFacility facility) {
        // it stands there already
    }

    @Override
    public boolean advance(ProcessorState state) {
        if (started) {
            client.send("s");
            String stop = client.receive();
            if (stop == null || stop.startsWith("W") || stop.startsWith("X")) {
                return false;
            }
        }
        started = true;
        String all = client.ask("g");
        state.forget();
        for (Part part : parts) {
            if (2 * (part.offset() + part.bytes()) <= all.length()) {
                state.set(part.register(), GdbClient.little(all, part.offset(), part.bytes()));
            }
        }
        if (physicalStack) {
            rotate(state);
        }
        return true;
    }

    private void rotate(ProcessorState state) {
        System.arraycopy(state.value, ProcessorState.ST, stack, 0, stack.length);
        int top = (int) state.value[ProcessorState.FSW] >> 11 & 7;
        for (int n = 0; n < 8; n++) {
            System.arraycopy(stack, 2 * (n + top & 7), state.value, ProcessorState.ST + 2 * n, 2);
        }
    }

    @Override
    public int interrupt() {
        return -1;
    }

    @Override
    public void close() {
        client.close();
    }
}
