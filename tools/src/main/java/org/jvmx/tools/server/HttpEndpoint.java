package org.jvmx.tools.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jvmx.error.BackendException;

/** An HTTP server on one daemon thread that answers GET and HEAD from resources by path. */
public final class HttpEndpoint implements AutoCloseable {
    private static final int LARGEST_REQUEST = 8192;
    private static final int IDLE_SECONDS = 60;

    private final EventLoopGroup group;
    private final Channel channel;
    private final Address address;

    private HttpEndpoint(EventLoopGroup group, Channel channel, Address asked) {
        this.group = group;
        this.channel = channel;
        this.address = new Address(asked.host(), ((InetSocketAddress) channel.localAddress()).getPort());
    }

    /**
     * Listens from now on.
     *
     * @throws BackendException if the address is taken, or not one of this host
     */
    public static HttpEndpoint open(Address address, Map<String, Resource> resources) {
        Map<String, Resource> paths = Map.copyOf(resources);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("jvmx-http", true), NioIoHandler.newFactory());
        ServerBootstrap bootstrap = new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection.pipeline().addLast(new ReadTimeoutHandler(IDLE_SECONDS), new HttpServerCodec(),
                                new HttpObjectAggregator(LARGEST_REQUEST), new ResourceHandler(paths));
                    }
                });
        ChannelFuture bound = bootstrap.bind(address.socket()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new BackendException("cannot listen on %s: %s; choose another address, or port 0 for any that is free"
                    .formatted(address, reason(bound.cause())), bound.cause());
        }
        return new HttpEndpoint(group, bound.channel(), address);
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Where it listens, with the port that was chosen. */
    public Address address() {
        return address;
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
