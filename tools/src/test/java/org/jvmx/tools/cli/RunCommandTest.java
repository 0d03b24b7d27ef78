package org.jvmx.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvmx.tools.pc.SmallGuest;

class RunCommandTest {
    @TempDir
    private Path folder;

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(standardError);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private String lastLine() {
        return said().lines().reduce((_, last) -> last).orElse("");
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("run"));
        all.addAll(List.of(arguments));
        if (!all.contains("--serial")) {
            all.addAll(List.of("--serial", "none"));
        }
        return Main.execute(all.toArray(String[]::new));
    }

    private String file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("kernel"), bytes).toString();
    }

    private int flat(SmallGuest guest, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(file(guest.bytes()), "--format", "flat", "-m", "1M"));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private void refuses(int code, String sentence) {
        assertEquals(2, code, said());
        assertTrue(said().contains(sentence), said());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--disk x.img|--disk has no meaning yet", "--net user|--net has no meaning yet",
        "--policy p|there is no policy 'p'", "--policy record,x=1|policy record has no option 'x'",
        "--policy None.java|there is no policy file",
        "--policy-watch|--policy-watch watches source files", "--gdb nowhere|'nowhere' is no address",
        "--wait|--wait waits for a debugger",
        "--translator-stat|--translator-stat has no", "-c 0|0 processors are not possible", "-smp 65|65 processors are not possible",
        "--quantum 0|a quantum of 0",
        "--backend qemu|no backend 'qemu'", "--clock sun|--clock 'sun' is not known",
        "--device floppy|--device floppy is not known", "--display gtk|--display 'gtk' is not known",
        "--on-reset hang|--on-reset 'hang' is not known",
        "--format zip|'zip' is no format", "-m 12Q|'12Q' is no size", "-m 4k|memory of 4096 bytes is not possible",
        "--timeout soon|'soon' is no duration",
        "--max-exits 0|--max-exits 0 is not possible", "--serial morse|--serial 'morse' is not known", "--frobnicate|--frobnicate",
        "--metrics nowhere|'nowhere' is no address", "--kernel /nonexistent|both 'hello' and --kernel",
        "--initrd /nonexistent|there is no initrd file",
        "--module /nonexistent|there is no module file", "--cpu pentium|pentium"})
    void whatCannotBeIsRefusedWithASentence(String option, String sentence) {
        List<String> arguments = new ArrayList<>(List.of("hello"));
        arguments.addAll(List.of(option.split(" ")));
        refuses(run(arguments.toArray(String[]::new)), sentence);
    }

    @Test
    void aGuestIsNeeded() {
        refuses(run(), "nothing to run");
        refuses(run("helo"), "'helo' is neither a bundled guest (hello");
        refuses(run("/nonexistent/vmlinuz"), "there is no kernel file");
    }

    @Test
    void theNamesOfQemuAreTaken() throws IOException {
        String kernel = file(new SmallGuest().powerOff().bytes());
        assertEquals(0,
                run("-kernel", kernel, "--format=flat", "-m2", "-append", "a b", "-smp", "1", "-seed", "7", "-no-reboot", "-nographic"),
                said());
    }

    @Test
    void whatIsAcceptedFromTheFirstDayIs() throws IOException {
        assertEquals(0, flat(new SmallGuest().powerOff(), "--interpret", "--backend", "software", "--clock", "virtual", "--net", "none"),
                said());
    }

    @Test
    void aTextFileIsNoKernel() throws IOException {
        refuses(run(file("Dear diary,\n".getBytes(StandardCharsets.US_ASCII))), "is no kernel that JVMX can start");
    }

    @Test
    void aTruncatedKernelIsSaidToBe() throws IOException {
        byte[] header = new byte[0x400];
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).put(0x1f1, (byte) 30).putInt(0x1f4, 0x10_0000)
                .putShort(0x1fe, (short) 0xaa55)
                .putInt(0x202, 0x5372_6448).putShort(0x206, (short) 0x20f).put(0x211, (byte) 1);
        refuses(run(file(header)), "truncated");
    }

    @Test
    void aMultibootHeaderWithImpossibleAddressesIsRefused() throws IOException {
        byte[] image = new byte[0x1000];
        ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(0x1bad_b002).putInt(0x1_0000).putInt(-(0x1bad_b002 + 0x1_0000))
                .putInt(0xf000_0000).putInt(0xf000_0000).putInt(0xf000_1000).putInt(0xf000_1000).putInt(0xf000_0020);
        refuses(run(file(image)), "0xf0000000");
    }

    @Test
    void theExitCodesAreThoseOfTheContract() throws IOException {
        assertEquals(0, flat(new SmallGuest().powerOff()));
        assertEquals(85, flat(new SmallGuest().debugExit(42)));
        assertEquals(8, flat(new SmallGuest().out(0x505, 1).forever()));
        assertEquals(12, flat(new SmallGuest().haltForever()));
        assertEquals(14, flat(new SmallGuest().reset()));
        assertEquals(124, flat(new SmallGuest().forever(), "--max-instructions", "1000"));
        assertEquals(124, flat(new SmallGuest().forever(), "--timeout", "50ms"));
    }

    @Test
    void aTripleFaultShowsAnAutopsyAndTheScreen() throws IOException {
        assertEquals(4, flat(new SmallGuest().show('!').tripleFault()));
        assertTrue(said().contains("triple fault at RIP 0x7c"), said());
        assertTrue(said().contains("registers:"), said());
        assertTrue(said().contains("| !"), said());
    }

    @Test
    void quietSaysNothingOfAGoodEnd() throws IOException {
        assertEquals(0, flat(new SmallGuest().powerOff(), "-q"));
        assertEquals("", said());
    }

    @Test
    void jsonIsTheLastLineAndTheSameEachTime() throws IOException {
        assertEquals(0, flat(new SmallGuest().print("x").powerOff(), "--json"));
        String first = lastLine();
        assertTrue(first.startsWith("{\"schema\":1,\"outcome\":\"power-off\",\"exitCode\":0,"), first);
        assertTrue(first.contains("\"exits\":{\"IO_INSTRUCTION\":2}"), first);
        flat(new SmallGuest().print("x").powerOff(), "--json");
        assertEquals(first.replaceAll("\"wallNanos\":[0-9]+", ""), lastLine().replaceAll("\"wallNanos\":[0-9]+", ""));
    }

    @Test
    void jsonTellsOfARefusalToo() {
        assertEquals(2, run("hello", "--json", "--disk", "x"));
        assertTrue(lastLine().startsWith("{\"schema\":1,\"outcome\":\"bad-input\",\"exitCode\":2,"), said());
        assertEquals(2, run("hello", "--json", "--nonsense"));
        assertTrue(lastLine().startsWith("{\"schema\":1,\"outcome\":\"bad-input\",\"exitCode\":2,"), said());
    }

    @Test
    void statisticsGoWhereTheyAreSentTo() throws IOException {
        Path table = folder.resolve("table");
        assertEquals(0, flat(new SmallGuest().print("x").powerOff(), "--stat=" + table));
        assertTrue(Files.readString(table).contains("IO_INSTRUCTION"));
        assertFalse(said().contains("IO_INSTRUCTION"));
        assertEquals(0, flat(new SmallGuest().print("x").powerOff(), "--stat"));
        assertTrue(said().contains("IO_INSTRUCTION"));
    }

    @Test
    void aTraceIsWritten() throws IOException {
        Path trace = folder.resolve("trace.jsonl");
        assertEquals(0, flat(new SmallGuest().print("x").powerOff(), "--trace", trace.toString(), "--json"));
        List<String> lines = Files.readAllLines(trace);
        assertEquals(4, lines.size());
        String hash = lines.getLast().replaceAll(".*\"traceHash\":\"([0-9a-f]+)\".*", "$1");
        assertTrue(lastLine().contains(hash), said());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskForTheTraceIsTheHostsFailure() throws IOException {
        assertEquals(10, flat(new SmallGuest().print("x").powerOff(), "--trace", "/dev/full"));
        assertTrue(said().contains("the exit trace /dev/full cannot be written"), said());
    }

    @Test
    void anOccupiedMetricsPortIsTheHostsFailure() throws IOException {
        try (ServerSocket occupied = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(10, flat(new SmallGuest().powerOff(), "--metrics", "127.0.0.1:" + occupied.getLocalPort()), said());
        }
    }

    @Test
    void serialOutputGoesToAFile() throws IOException {
        Path output = folder.resolve("output");
        String kernel = file(new SmallGuest().print("one\r\n").powerOff().bytes());
        assertEquals(0, Main.execute("run", kernel, "--format", "flat", "--serial", "file:" + output), said());
        assertEquals("one\r\n", Files.readString(output));
    }

    @Test
    void theVmcsIsExplained() throws IOException {
        assertEquals(0, flat(new SmallGuest().powerOff(), "--explain-vmx"));
        assertTrue(said().contains("GUEST_CR0"), said());
    }

    @Test
    void onePlaceForTheTerminal() {
        refuses(Main.execute("run", "hello", "--display", "text", "--serial", "stdio"), "both want this terminal");
    }
}
