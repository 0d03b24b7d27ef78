package org.jvmx.tools.gdb;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.jvmx.fuzz.Bounds;
import org.jvmx.fuzz.Bytes;
import org.jvmx.fuzz.Target;
import org.jvmx.software.SoftwareBackend;
import org.jvmx.vm.Inspector;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;
import org.jvmx.vmx.DebugFacility;

/**
 * Any bytes from a debugger, in whatever pieces they come, are the same packets, and each packet of any content gets an answer of well-formed packets. An
 * input is a mode, the size of the pieces, and the bytes; or, in other modes, packets without their frame: a length and the content.
 */
public final class GdbTarget implements Target {
    private static final long RAM = 1 << 20;

    /** What the inspector tells is of no interest here. */
    private static final Inspector.Listener NOBODY = new Inspector.Listener() {
        @Override
        public void stopped(DebugFacility.Stop stop, long address) {
            // nobody waits
        }

        @Override
        public boolean inspects(StopReason reason) {
            return false;
        }

        @Override
        public void ended(StopReason reason) {
            // nobody waits
        }
    };

    public GdbTarget() {
    }

    @Override
    public void run(byte[] bytes) throws Exception {
        Bytes input = new Bytes(bytes);
        int mode = input.u8();
        if ((mode & 3) == 0) {
            stream(input.u8() + 1, input.rest());
        } else {
            session(mode, input);
        }
    }

    // --- the outer form

    private static void stream(int piece, byte[] bytes) {
        List<Object> pieces = decode(piece, bytes);
        if (!pieces.equals(decode(bytes.length + 1, bytes))) {
            throw new AssertionError("pieces of %d bytes are other packets".formatted(piece));
        }
        for (Object event : pieces) {
            if (event instanceof PacketDecoder.Packet(String data)) {
                List<Object> back = decode(7, Packets.latin(Packets.frame(data)));
                if (!back.equals(List.of(event))) {
                    throw new AssertionError("a packet that is framed again is another");
                }
            }
        }
    }

    private static List<Object> decode(int piece, byte[] bytes) {
        EmbeddedChannel channel = new EmbeddedChannel(new PacketDecoder());
        for (int at = 0; at < bytes.length; at += piece) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
        }
        List<Object> events = new ArrayList<>(channel.inboundMessages());
        channel.close();
        return events;
    }

    // --- packets

    private static void session(int mode, Bytes input) throws Exception {
        Bounds.clear();
        try (Machine machine = new Machine(MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, RAM))))) {
            machine.load((mode & 4) != 0 ? VcpuState.long64(0x1000, 0x2000) : (mode & 8) != 0 ? VcpuState.prot32(0x1000)
                    : VcpuState.real16(0, 0x1000));
            machine.memory().writeLong(0x2000, 0x3003);
            machine.memory().writeLong(0x3000, 0x83);
            Inspector inspector = machine.inspect(NOBODY);
            EmbeddedChannel channel = new EmbeddedChannel();
            Breakpoints breakpoints = new Breakpoints();
            breakpoints.use(inspector.facilities());
            Session session = new Session(null, connection(channel), breakpoints);
            session.use(machine, inspector);
            while (input.more()) {
                String packet = text(input.take(input.u8()));
                if (!packet.startsWith("k") && !packet.startsWith("vKill")) {
                    session.handle(packet);
                    answers(channel);
                }
            }
            channel.close();
        }
    }

    private static Connection connection(EmbeddedChannel channel) throws ReflectiveOperationException {
        Connection connection = new Connection(null);
        var field = Connection.class.getDeclaredField("channel");
        field.setAccessible(true);
        field.set(connection, channel);
        return connection;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static void answers(EmbeddedChannel channel) {
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            List<Object> events = decode(bytes.length, bytes);
            if (events.size() != 1 || !(events.getFirst() instanceof PacketDecoder.Packet)) {
                throw new AssertionError("an answer that is no packet: " + text(bytes));
            }
        }
    }
}
