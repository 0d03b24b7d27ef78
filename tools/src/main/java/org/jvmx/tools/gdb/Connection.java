package org.jvmx.tools.gdb;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

/** One debugger's connection: acknowledgements, and the way of packets to the vCPU's thread and back. */
final class Connection extends SimpleChannelInboundHandler<PacketDecoder.Event> {
    private final Attachment attachment;
    private volatile Channel channel;
    private volatile boolean acknowledges = true;
    private volatile String last = "";

    Connection(Attachment attachment) {
        this.attachment = attachment;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (!attachment.connect(this)) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        attachment.disconnect(this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, PacketDecoder.Event event) {
        switch (event) {
            case PacketDecoder.Packet packet -> {
                if (acknowledges) {
                    write("+");
                }
                attachment.packet(this, packet.data());
            }
            case PacketDecoder.Signal signal -> {
                switch (signal) {
                    case INTERRUPT -> attachment.interrupt(this);
                    case REJECTED -> write(last);
                    case BROKEN -> write(acknowledges ? "-" : "");
                    case ACCEPTED -> {
                        // as it should be
                    }
                }
            }
        }
    }

    /** Sends a packet. From any thread. */
    void send(String data) {
        last = Packets.frame(data);
        write(last);
    }

    /** From the next packet on nothing is acknowledged. */
    void stopAcknowledging() {
        acknowledges = false;
    }

    /** Closes it when everything is sent. */
    void close() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void write(String text) {
        if (!text.isEmpty()) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(Packets.latin(text)));
        }
    }

    /** A connection that breaks is the debugger's business. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
