package io.lightflow.capture.http;

import io.lightflow.capture.endpoint.Router;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Listens for HTTP/1.1, and for HTTP/2 over TLS. The library's decoder rejects ambiguous lengths, and what is longer
 * than the limits.
 */
public final class Listener implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 8 << 10;
    private static final int MAX_HEADER_BYTES = 16 << 10;
    private static final int MAX_STREAMS = 100;
    private static final int BACKLOG = 4_096;
    private static final long SWEEP_MS = 500;
    private static final boolean NATIVE = Epoll.isAvailable();

    private final ListenerSettings settings;
    private final Router router;
    private final OpenConnections connections;
    private final EventLoopGroup threads;
    private final TlsContext tls;
    private Channel server;

    /** @param threads 0 for one per processor */
    public Listener(ListenerSettings settings, Router router, int threads) {
        this.settings = settings;
        this.router = router;
        this.connections = new OpenConnections(settings.maxConnections(), settings.idleTimeout());
        this.threads = eventLoops(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
        this.tls = settings.tls().map(TlsContext::of).orElse(null);
    }

    /** In native code where the library has it, which takes less processor time for a request than the JDK's. */
    private static EventLoopGroup eventLoops(int threads) {
        ThreadFactory factory = new DefaultThreadFactory("capture-http", true);
        return NATIVE ? new EpollEventLoopGroup(threads, factory) : new NioEventLoopGroup(threads, factory);
    }

    /** @throws IllegalStateException if the port is in use */
    public void start() {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(threads)
                .channel(NATIVE ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
        ChannelFuture bound = bootstrap.bind(settings.bind(), settings.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close(Duration.ZERO);
            throw new IllegalStateException(
                    "The capture server cannot listen on " + settings.bind() + ":" + settings.port()
                            + ". Choose a free port and an address of this machine.",
                    bound.cause());
        }
        server = bound.channel();
        threads.scheduleAtFixedRate(connections::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
        if (tls != null) {
            threads.scheduleAtFixedRate(tls::reloadIfChanged, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void accept(SocketChannel channel) {
        if (!connections.admit(channel)) {
            channel.close();
            return;
        }
        if (tls == null) {
            http1(channel.pipeline());
            return;
        }
        channel.pipeline()
                .addLast(tls.newHandler(channel.alloc()))
                .addLast(new ApplicationProtocolNegotiationHandler(ApplicationProtocolNames.HTTP_1_1) {
                    @Override
                    protected void configurePipeline(io.netty.channel.ChannelHandlerContext context, String protocol) {
                        if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                            http2(context.pipeline());
                        } else {
                            http1(context.pipeline());
                        }
                    }
                });
    }

    private void http1(ChannelPipeline pipeline) {
        Connection connection = connections.of(pipeline.channel());
        pipeline.addLast(
                new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_LINE_BYTES)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)),
                new HttpServerKeepAliveHandler(),
                new BodylessRequests(),
                new HttpObjectAggregator(settings.maxRequestBytes(), true),
                new RequestHandler(router, connection, connections));
    }

    private void http2(ChannelPipeline pipeline) {
        Connection connection = connections.of(pipeline.channel());
        connection.useHttp2();
        pipeline.addLast(
                Http2FrameCodecBuilder.forServer()
                        .initialSettings(Http2Settings.defaultSettings()
                                .maxConcurrentStreams(MAX_STREAMS)
                                .maxHeaderListSize(MAX_HEADER_BYTES))
                        .build(),
                new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        stream.pipeline()
                                .addLast(
                                        new Http2StreamFrameToHttpObjectCodec(true),
                                        new HttpObjectAggregator(settings.maxRequestBytes(), true),
                                        new RequestHandler(router, connection, connections));
                    }
                }));
    }

    /** The port on which it listens. */
    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Accepts no further connection, answers the requests that have arrived, and closes their connections. */
    public void close(Duration timeout) {
        connections.beginDraining();
        if (server != null) {
            server.close().awaitUninterruptibly();
        }
        connections.drain(timeout);
        threads.shutdownGracefully(0, timeout.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
