package io.lightflow.capture.http;

import io.lightflow.capture.endpoint.CaptureRequest;
import io.lightflow.capture.endpoint.Reply;
import io.lightflow.capture.endpoint.RequestException;
import io.lightflow.capture.endpoint.Router;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;

/** Passes whole requests to the router, and sends its replies. One per HTTP/1.1 connection or HTTP/2 stream. */
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final AsciiString NO_STORE = AsciiString.cached("no-store");
    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");
    private static final AsciiString NO_SNIFF = AsciiString.cached("nosniff");
    private static final AsciiString RESOURCE_POLICY = AsciiString.cached("cross-origin-resource-policy");
    private static final AsciiString CROSS_ORIGIN = AsciiString.cached("cross-origin");

    /** Unanswered requests of one connection; at this bound no more are read. */
    private static final int MAX_PIPELINED = 32;

    /** A request without a response. */
    private static final class Pending {
        final boolean head;
        boolean closing;
        Reply reply;

        Pending(boolean head) {
            this.head = head;
        }
    }

    private final Queue<Pending> pending = new ArrayDeque<>();
    private final Router router;
    private final Connection connection;
    private final OpenConnections connections;

    RequestHandler(Router router, Connection connection, OpenConnections connections) {
        this.router = router;
        this.connection = connection;
        this.connections = connections;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        Pending pending = new Pending(request.method().equals(HttpMethod.HEAD));
        this.pending.add(pending);
        connection.begin();
        if (this.pending.size() == MAX_PIPELINED) {
            context.channel().config().setAutoRead(false);
        }
        Reply refusal = refusal(request);
        if (refusal != null) {
            pending.closing = true;
            answer(context, pending, refusal);
            return;
        }
        CaptureRequest captured;
        try {
            InetSocketAddress peer = (InetSocketAddress) connection.channel().remoteAddress();
            captured = NettyRequest.of(request, peer.getAddress());
        } catch (RequestException e) {
            answer(context, pending, e.reply());
            return;
        }
        router.handle(captured).whenComplete((reply, none) -> {
            if (context.executor().inEventLoop()) {
                answer(context, pending, reply);
            } else {
                context.executor().execute(() -> answer(context, pending, reply));
            }
        });
    }

    /** Sends the reply, and those that waited for it, in the order of their requests. */
    private void answer(ChannelHandlerContext context, Pending answered, Reply reply) {
        answered.reply = reply;
        boolean sent = false;
        for (Pending first = pending.peek(); first != null && first.reply != null; first = pending.peek()) {
            pending.remove();
            connection.end();
            write(context, first);
            sent = true;
        }
        if (sent) {
            context.flush();
            if (pending.size() < MAX_PIPELINED) {
                context.channel().config().setAutoRead(true);
            }
        }
    }

    /** What is wrong with the form of a request; null if nothing is. */
    private static Reply refusal(FullHttpRequest request) {
        DecoderResult decoded = request.decoderResult();
        if (decoded.isFailure()) {
            if (decoded.cause() instanceof TooLongHttpLineException) {
                return Reply.text(414, "The URL is too long.");
            }
            return decoded.cause() instanceof TooLongHttpHeaderException
                    ? Reply.text(431, "The headers are too long.")
                    : Reply.text(400, "This is not HTTP.");
        }
        boolean noHost = request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.headers().getAll(HttpHeaderNames.HOST).size() != 1;
        return noHost ? Reply.text(400, "The request must have one Host header.") : null;
    }

    private void write(ChannelHandlerContext context, Pending answered) {
        Reply reply = answered.reply;
        ByteBuf body = answered.head || reply.body().length == 0
                ? Unpooled.EMPTY_BUFFER
                : Unpooled.wrappedBuffer(reply.body());
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(reply.status()),
                body,
                // Constants need no validation.
                DefaultHttpHeadersFactory.headersFactory()
                        .withValidation(!reply.headers().isEmpty()),
                DefaultHttpHeadersFactory.trailersFactory());
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE)
                .set(CONTENT_TYPE_OPTIONS, NO_SNIFF)
                .set(RESOURCE_POLICY, CROSS_ORIGIN)
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        if (reply.status() != HttpResponseStatus.NO_CONTENT.code()) {
            headers.setInt(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
        }
        if (reply.contentType() != null) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
        }
        reply.headers().forEach(headers::set);
        if (!connection.isHttp2() && (answered.closing || connections.isDraining())) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        context.write(response, context.voidPromise());
    }

    /** A client that disconnects or breaks the protocol is no event for the operator. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
