package org.jvmx.tools.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeSet;

/** Answers one connection's requests. */
final class ResourceHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Map<String, Resource> resources;

    ResourceHandler(Map<String, Resource> resources) {
        this.resources = resources;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        FullHttpResponse response = answer(request);
        HttpUtil.setContentLength(response, response.content().readableBytes());
        if (request.method().equals(HttpMethod.HEAD)) {
            response.content().clear();
        }
        boolean keep = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        HttpUtil.setKeepAlive(response, keep);
        ChannelFuture written = context.writeAndFlush(response);
        if (!keep) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private FullHttpResponse answer(FullHttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            return response(request, HttpResponseStatus.BAD_REQUEST, TEXT, "this is no HTTP request\n");
        }
        Resource resource = resources.get(new QueryStringDecoder(request.uri()).path());
        if (resource == null) {
            return response(request, HttpResponseStatus.NOT_FOUND, TEXT,
                    "nothing is here; there is " + String.join(", ", new TreeSet<>(resources.keySet())) + "\n");
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            FullHttpResponse refusal = response(request, HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD work here\n");
            refusal.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
            return refusal;
        }
        try {
            String accept = request.headers().get(HttpHeaderNames.ACCEPT, "");
            Resource.Content content = resource.get(accept);
            return response(request, HttpResponseStatus.OK, content.type(), content.bytes());
        } catch (RuntimeException e) {
            return response(request, HttpResponseStatus.INTERNAL_SERVER_ERROR, TEXT, "it failed: " + e + "\n");
        }
    }

    private static FullHttpResponse response(FullHttpRequest request, HttpResponseStatus status, String type, String text) {
        return response(request, status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    private static FullHttpResponse response(FullHttpRequest request, HttpResponseStatus status, String type, byte[] bytes) {
        FullHttpResponse response = new DefaultFullHttpResponse(request.protocolVersion(), status, Unpooled.wrappedBuffer(bytes));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        return response;
    }

    /** A connection that breaks is the client's business. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
