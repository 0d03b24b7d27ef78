package org.jvmx.tools.gdb;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jvmx.error.BackendException;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.server.Address;

/**
 * Lets gdb debug a PC's guest: {@code target remote HOST:PORT}.
 *
 * <pre>{@code
 * try (Pc pc = new Pc(spec); GdbServer gdb = GdbServer.open("127.0.0.1:1234", pc, true)) {
 *     pc.run();
 * }
 * }</pre>
 */
public final class GdbServer implements AutoCloseable {
    private final EventLoopGroup group;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel channel;
    private final Address address;
    private final Attachment attachment;

    private GdbServer(Address asked, Pc pc, boolean await) {
        attachment = new Attachment(pc, await);
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("jvmx-gdb", true), NioIoHandler.newFactory());
        ServerBootstrap bootstrap = new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true).childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        accept(connection);
                    }
                });
        ChannelFuture bound = bootstrap.bind(new InetSocketAddress(asked.host(), asked.port())).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new BackendException("cannot listen on %s: %s; choose another address, or port 0 for any that is free"
                    .formatted(asked, bound.cause().getMessage()), bound.cause());
        }
        channel = bound.channel();
        address = new Address(asked.host(), ((InetSocketAddress) channel.localAddress()).getPort());
    }

    /**
     * Listens at {@code HOST:PORT}, or at a port of the loopback address, from now on. Debuggers that come see this PC, one at a time. Before the
     * PC runs.
     *
     * @param await whether the guest stands before its first instruction until a debugger lets it go
     * @throws org.jvmx.error.JvmxException if that is no address, or is taken, or if the PC's processor cannot be debugged
     */
    public static GdbServer open(String address, Pc pc, boolean await) {
        return new GdbServer(Address.parse(address), pc, await);
    }

    private void accept(SocketChannel connection) {
        connections.add(connection);
        connection.pipeline().addLast(new PacketDecoder(), new Connection(attachment));
    }

    /** Where it listens, with the port that was chosen. */
    public Address address() {
        return address;
    }

    /** Stops listening and closes the connection when everything is sent. */
    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
        connections.flush();
        connections.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
