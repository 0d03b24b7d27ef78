package org.jvmx.tools.gdb;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** Takes the stream of bytes apart: packets, acknowledgements, interrupts. */
final class PacketDecoder extends ByteToMessageDecoder {
    /** Longest packet that is taken. */
    static final int LONGEST = 0x8000;

    private static final int INTERRUPT_BYTE = 3;

    /** What may come. */
    sealed interface Event {
    }

    /** A packet with a right checksum. */
    record Packet(String data) implements Event {
    }

    /** What is no packet. */
    enum Signal implements Event {
        ACCEPTED, REJECTED, INTERRUPT, BROKEN
    }

    private final StringBuilder packet = new StringBuilder();
    private boolean inside;
    private boolean escaped;
    private int sum;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        while (in.isReadable()) {
            int next = in.getUnsignedByte(in.readerIndex());
            if (inside && next == '#') {
                if (in.readableBytes() < 3) {
                    return;
                }
                in.skipBytes(1);
                int expected = Character.digit(in.readByte(), 16) << 4 | Character.digit(in.readByte(), 16);
                inside = false;
                out.add(expected == (sum & 0xff) ? new Packet(packet.toString()) : Signal.BROKEN);
                continue;
            }
            in.skipBytes(1);
            take(next, out);
        }
    }

    private void take(int next, List<Object> out) {
        if (next == '$') {
            packet.setLength(0);
            inside = true;
            escaped = false;
            sum = 0;
        } else if (inside) {
            sum += next;
            append(next);
        } else {
            switch (next) {
                case '+' -> out.add(Signal.ACCEPTED);
                case '-' -> out.add(Signal.REJECTED);
                case INTERRUPT_BYTE -> out.add(Signal.INTERRUPT);
                default -> {
                    // noise between packets means nothing
                }
            }
        }
    }

    private void append(int next) {
        if (!escaped && next == Packets.ESCAPE) {
            escaped = true;
            return;
        }
        packet.append((char) (escaped ? next ^ Packets.ESCAPED : next));
        escaped = false;
        if (packet.length() > LONGEST) {
            inside = false;
        }
    }
}
