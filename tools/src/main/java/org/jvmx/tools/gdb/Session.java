package org.jvmx.tools.gdb;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jvmx.tools.pc.Pc;
import org.jvmx.vm.GuestView;
import org.jvmx.vm.Inspector;
import org.jvmx.vm.Machine;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.Vcpu;
import org.jvmx.vmx.DebugFacility;

/** One debugger's session: what each packet does. On the vCPU's thread. GDB manual, "Packets", "General Query Packets". */
final class Session {
    private static final int PACKET_SIZE = 0x4000;
    private static final int SAY_SIZE = 0x1000;
    private static final String OK = "OK";
    private static final String UNKNOWN = "";
    private static final String BAD_ADDRESS = "E0e";
    private static final String BAD_PACKET = "E16";
    private static final int NOBODY = -1;
    private static final HexFormat HEX = HexFormat.of();

    private final Pc pc;
    private final Connection connection;
    private final Breakpoints breakpoints;
    private Machine machine;
    private Inspector inspector;
    /** The thread that packets are about, counted from 0, and its registers. */
    private int selected;
    private TargetRegisters registers;
    private boolean waits;
    private boolean knowsBreakpoints;
    private String last;

    Session(Pc pc, Connection connection, Breakpoints breakpoints) {
        this.pc = pc;
        this.connection = connection;
        this.breakpoints = breakpoints;
    }

    /** The machine that runs now. */
    void use(Machine now, Inspector itsInspector) {
        machine = now;
        inspector = itsInspector;
        select(0);
        last = signal(StopReply.TRAP);
    }

    private void select(int thread) {
        selected = thread;
        registers = new TargetRegisters(vcpu(), inspector.facilities().get(thread));
    }

    private Vcpu vcpu() {
        return machine.vcpus().get(selected);
    }

    /** Threads are counted from 1. */
    private int stoppedThread() {
        return inspector.vcpu().index() + 1;
    }

    /** What is told of a stop by a signal. */
    String signal(int number) {
        return StopReply.signal(number, stoppedThread());
    }

    /** Whether the guest was let go, so that the debugger waits for it to stop. */
    boolean waits() {
        return waits;
    }

    /** Tells that the guest stopped. */
    void stopped(String reply) {
        waits = false;
        select(inspector.vcpu().index());
        last = reply;
        connection.send(reply);
    }

    /** Shows the debugger's user a text; while the debugger waits. */
    void say(String text) {
        for (int from = 0; from < text.length(); from += SAY_SIZE) {
            connection.send("O" + Packets.hex(text.substring(from, Math.min(text.length(), from + SAY_SIZE))));
        }
    }

    /** What is told of a stop by the processor. */
    String reply(DebugFacility.Stop stop, long address) {
        return switch (stop) {
            case STEP -> signal(StopReply.TRAP);
            case EXECUTE -> breakpoint(address);
            case WRITE -> StopReply.trap("watch", Long.toHexString(address), stoppedThread());
            case READ -> StopReply.trap("rwatch", Long.toHexString(address), stoppedThread());
            case ACCESS -> StopReply.trap("awatch", Long.toHexString(address), stoppedThread());
        };
    }

    /** gdb looks for its breakpoint at RIP, which is its address only where the code segment begins at 0; elsewhere the stop is a plain trap. */
    private String breakpoint(long address) {
        if (!knowsBreakpoints || GuestView.of(inspector.vcpu()).rip() != address) {
            return signal(StopReply.TRAP);
        }
        return StopReply.trap(breakpoints.isHardware(address) ? "hwbreak" : "swbreak", "", stoppedThread());
    }

    /** Does what a packet asks for; false if it ends the session. */
    boolean handle(String packet) {
        String reply;
        try {
            reply = answer(packet);
        } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
            reply = BAD_PACKET;
        }
        if (reply != null) {
            connection.send(reply);
        }
        return packet.isEmpty() || packet.charAt(0) != 'D';
    }

    private String answer(String packet) {
        return switch (packet.isEmpty() ? 0 : packet.charAt(0)) {
            case '?' -> last;
            case 'g' -> registers.readAll();
            case 'G' -> registers.writeAll(HEX.parseHex(packet.substring(1))) ? OK : BAD_PACKET;
            case 'p' -> register((int) number(packet, 1));
            case 'P' -> setRegister(packet);
            case 'm' -> memory(packet);
            case 'M' -> setMemory(packet, HEX.parseHex(packet.substring(packet.indexOf(':') + 1)));
            case 'X' -> setMemory(packet, Packets.latin(packet.substring(packet.indexOf(':') + 1)));
            case 'Z', 'z' -> breakpoint(packet);
            case 'c', 'C' -> go(packet, false);
            case 's', 'S' -> go(packet, true);
            case 'D' -> OK;
            case 'H' -> selectThread(packet.substring(2));
            case 'T' -> thread(packet.substring(1)) >= 0 ? OK : BAD_PACKET;
            case 'k' -> kill(null);
            case 'q', 'Q' -> Query.of(packet) == null ? UNKNOWN : query(Query.of(packet), packet);
            case 'v' -> verbose(packet);
            default -> UNKNOWN;
        };
    }

    // --- registers and memory

    private String register(int number) {
        return number < TargetRegisters.count() ? registers.read(number) : BAD_PACKET;
    }

    private String setRegister(String packet) {
        int equals = packet.indexOf('=');
        int number = (int) Long.parseUnsignedLong(packet.substring(1, equals), 16);
        return number < TargetRegisters.count() && registers.write(number, HEX.parseHex(packet.substring(equals + 1))) ? OK : BAD_PACKET;
    }

    private String memory(String packet) {
        long length = number(packet, packet.indexOf(',') + 1);
        if (length < 0) {
            return BAD_PACKET;
        }
        byte[] bytes = new byte[(int) Math.min(length, PACKET_SIZE / 2)];
        int available = GuestView.of(vcpu()).read(number(packet, 1), bytes);
        return available == 0 && length > 0 ? BAD_ADDRESS : Packets.hex(bytes, available);
    }

    private String setMemory(String packet, byte[] bytes) {
        if (bytes.length != number(packet, packet.indexOf(',') + 1)) {
            return BAD_PACKET;
        }
        return GuestView.of(vcpu()).write(number(packet, 1), bytes) == bytes.length ? OK : BAD_ADDRESS;
    }

    /** The hex number that begins at a place in the packet. */
    private static long number(String packet, int from) {
        int to = from;
        while (to < packet.length() && Character.digit(packet.charAt(to), 16) >= 0) {
            to++;
        }
        return Long.parseUnsignedLong(packet, from, to, 16);
    }

    // --- stopping and going

    private String breakpoint(String packet) {
        int type = packet.charAt(1) - '0';
        if (type < 0 || type > 4) {
            return UNKNOWN;
        }
        long address = number(packet, 3);
        long length = number(packet, packet.indexOf(',', 3) + 1);
        if (packet.charAt(0) == 'z') {
            breakpoints.remove(type, address, length);
            return OK;
        }
        return breakpoints.insert(type, address, length) ? OK : "E.no room for it; there is room for " + breakpoints.room();
    }

    /** {@code c} and {@code s} with an address, {@code C} and {@code S} with a signal, which a guest has no use for, and one. */
    private String go(String packet, boolean step) {
        boolean signal = Character.isUpperCase(packet.charAt(0));
        int at = signal ? packet.indexOf(';') + 1 : 1;
        if (at > 0 && at < packet.length()) {
            byte[] target = new byte[Long.BYTES];
            long address = number(packet, at);
            for (int n = 0; n < target.length; n++) {
                target[n] = (byte) (address >>> 8 * n);
            }
            registers.write(TargetRegisters.RIP, target);
        }
        return go(step ? selected : NOBODY, NOBODY);
    }

    private String go(int stepping, int only) {
        waits = true;
        inspector.resume(stepping, only);
        return null;
    }

    /** {@code Hg} and {@code Hc} with a thread's number, 0 for any or -1 for all. */
    private String selectThread(String number) {
        if (number.equals("0") || number.equals("-1")) {
            return OK;
        }
        int thread = thread(number);
        if (thread < 0) {
            return BAD_PACKET;
        }
        select(thread);
        return OK;
    }

    /** The index of the thread with a number in hexadecimal, or -1 if there is none. */
    private int thread(String number) {
        int thread = Integer.parseInt(number, 16) - 1;
        return thread < machine.vcpus().size() ? thread : NOBODY;
    }

    /** The actions of {@code vCont}, each for a thread or for all that have none: one thread can be stepped, and one can be alone to run. */
    private String resume(String actions) {
        int stepping = NOBODY;
        int only = NOBODY;
        boolean others = false;
        for (String action : actions.split(";")) {
            int colon = action.indexOf(':');
            String number = colon < 0 ? "-1" : action.substring(colon + 1);
            boolean all = number.equals("-1");
            int thread = all || number.equals("0") ? selected : thread(number);
            if ("cCsS".indexOf(action.charAt(0)) < 0 || thread < 0) {
                return BAD_PACKET;
            }
            if (Character.toLowerCase(action.charAt(0)) == 's' && stepping == NOBODY && only == NOBODY) {
                stepping = thread;
            }
            others |= all || only != NOBODY;
            only = thread;
        }
        return go(stepping, others ? NOBODY : only);
    }

    private String kill(String reply) {
        pc.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "killed by the debugger"));
        return reply;
    }

    private String verbose(String packet) {
        if (packet.equals("vCont?")) {
            return "vCont;c;C;s;S";
        }
        if (packet.startsWith("vCont;")) {
            return resume(packet.substring(6));
        }
        return packet.startsWith("vKill") ? kill(OK) : UNKNOWN;
    }

    // --- queries

    private enum Query {
        SUPPORTED("qSupported"), NO_ACKNOWLEDGEMENTS("QStartNoAckMode"), FEATURES("qXfer:features:read:target.xml:"), ATTACHED("qAttached"),
        THREAD("qC"), THREADS("qfThreadInfo"), MORE_THREADS("qsThreadInfo"), THREAD_TEXT("qThreadExtraInfo"), COMMAND("qRcmd,");

        private final String name;

        Query(String name) {
            this.name = name;
        }

        static Query of(String packet) {
            for (Query query : values()) {
                if (packet.startsWith(query.name) && (query != THREAD || packet.length() == query.name.length())) {
                    return query;
                }
            }
            return null;
        }
    }

    private String query(Query query, String packet) {
        return switch (query) {
            case SUPPORTED -> {
                knowsBreakpoints = packet.contains("swbreak+") && packet.contains("hwbreak+");
                yield "PacketSize=%x;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+;QStartNoAckMode+".formatted(PACKET_SIZE);
            }
            case NO_ACKNOWLEDGEMENTS -> {
                connection.stopAcknowledging();
                yield OK;
            }
            case FEATURES -> description(packet.substring(query.name.length()));
            case ATTACHED -> "1";
            case THREAD -> "QC%x".formatted(selected + 1);
            case THREADS -> IntStream.rangeClosed(1, machine.vcpus().size()).mapToObj(Integer::toHexString)
                    .collect(Collectors.joining(",", "m", ""));
            case MORE_THREADS -> "l";
            case THREAD_TEXT -> Packets.hex("vCPU " + thread(packet.substring(query.name.length() + 1)));
            case COMMAND -> command(packet.substring(query.name.length()));
        };
    }

    private static String description(String range) {
        int from = (int) number(range, 0);
        int length = (int) number(range, range.indexOf(',') + 1);
        String all = TargetDescription.XML;
        int to = (int) Math.min(all.length(), (long) from + length);
        return (to < all.length() ? "m" : "l") + all.substring(Math.min(from, all.length()), to);
    }

    private String command(String hex) {
        String line = new String(HEX.parseHex(hex), StandardCharsets.UTF_8);
        String text;
        try {
            text = MonitorCommands.answer(machine, vcpu(), line);
        } catch (NumberFormatException _) {
            text = "'%s' holds no number where one is wanted%n".formatted(line);
        }
        say(text);
        return OK;
    }
}
