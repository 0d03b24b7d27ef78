package org.jvmx.tools.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.vm.StopReason;

/** The debugger itself, where it is installed. */
@Timeout(120)
class RealGdbTest {
    private final ModeSwitchGuest guest = new ModeSwitchGuest();

    @TempDir
    private Path folder;

    private static boolean installed() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(dir -> Files.isExecutable(Path.of(dir, "gdb")));
    }

    /** What gdb prints when it does these commands with the guest before its first instruction. */
    private String session(List<String> commands) throws Exception {
        assumeTrue(installed(), "gdb is not installed: its session with a guest is not tested");
        try (Pc pc = new Pc(guest.pc().build()); GdbServer server = GdbServer.open("127.0.0.1:0", pc, true)) {
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> outcome.complete(pc.run()));
            try {
                return run("target remote " + server.address(), commands);
            } finally {
                pc.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "the test is over"));
                outcome.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private String run(String target, List<String> commands) throws IOException, InterruptedException {
        Path script = folder.resolve("script");
        Files.writeString(script, "set pagination off\nset confirm off\n" + target + "\n" + String.join("\n", commands) + "\n");
        Path output = folder.resolve("output");
        Process gdb = new ProcessBuilder("gdb", "-nx", "-batch", "-x", script.toString()).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        gdb.getOutputStream().close();
        if (!gdb.waitFor(60, TimeUnit.SECONDS)) {
            gdb.destroyForcibly().waitFor();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private String hex(String label) {
        return Long.toHexString(guest.at(label));
    }

    @Test
    void aSessionOutlivesTheSwitchToLongMode() throws Exception {
        String text = session(
                List.of("break *0x" + hex("real"), "hbreak *0x" + hex("long"), "continue", "printf \"AX %x\\n\", $rax", "p $cr0", "stepi",
                        "printf \"AX %x\\n\", $rax", "continue", "p $efer", "p $cr0", "watch *(long*)0x" + hex("counter"), "continue",
                        "p/x $xmm1.v2_int64[0]", "set var $ymm2.v4_int64[3] = 0x99", "p/x $ymm2.v4_int64[3]",
                        "info threads", "monitor walk 0x7c00", "set var $rcx = 1", "delete", "break *0x" + hex("say"), "continue",
                        "x/s 0x7c00", "p $st0",
                        "stepi", "printf \"AL %d\\n\", $al", "continue"));
        List<String> wanted =
                List.of("AX 1234", "[ ET ]", "AX 1235", "Breakpoint 2, 0x", "[ LME LMA ]", "[ PE ET PG ]", "Old value = 0", "New value = 1",
                        "= 0x1122334455667788", "= 0x99", "vCPU 0", "-> 0x7c00", "Breakpoint 4, 0x", "AL 21", "exited with code 053");
        int from = 0;
        for (String part : wanted) {
            int at = text.indexOf(part, from);
            assertTrue(at >= 0, () -> "'" + part + "' is missing from\n" + text);
            from = at;
        }
        assertEquals(-1, text.indexOf("rror"), text);
    }
}
