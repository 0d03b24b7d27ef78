package org.jvmx.tools.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many machines at once in one process. */
class ManyMachinesTest {
    /** {@code -Djvmx.machines=1000} for more. */
    private static final int MACHINES = Integer.getInteger("jvmx.machines", 60);
    private static final int THREADS = 2;

    private static PcSpec spec(int number, ByteArrayOutputStream output) {
        return PcSpec.of(new SmallGuest().print("I am " + number).powerOff().image()).memory(1 << 20).serial(SerialPeer.to(output)).build();
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void allFinishAndNoneIsLost() throws Exception {
        List<ByteArrayOutputStream> outputs = new ArrayList<>();
        List<Pc> pcs = new ArrayList<>();
        long before = used();
        long start = System.nanoTime();
        for (int n = 0; n < MACHINES; n++) {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            outputs.add(output);
            pcs.add(new Pc(spec(n, output)));
        }
        long made = System.nanoTime();
        try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Outcome>> running = new ArrayList<>();
            pcs.forEach(pc -> running.add(pool.submit(pc::run)));
            for (int n = 0; n < MACHINES; n++) {
                assertEquals(0, running.get(n).get().exitCode());
                assertEquals("I am " + n, outputs.get(n).toString());
            }
        }
        long done = System.nanoTime();
        long heap = (used() - before) / MACHINES;
        long resident = pcs.stream().mapToLong(pc -> pc.machine().residentBytes()).sum() / MACHINES;
        pcs.forEach(Pc::close);
        System.out.printf("%d machines: %.0f/s made, %.0f/s run to their end, %d KiB of heap and %d KiB of native memory each%n", MACHINES,
                MACHINES * 1e9 / (made - start), MACHINES * 1e9 / (done - made), heap >> 10, resident >> 10);
        assertTrue(resident < 1 << 20, resident + " bytes of native memory each");
        assertTrue(heap < 4 << 20, heap + " bytes of heap each");
    }
}
