package io.lightflow.capture.http;

import io.lightflow.capture.endpoint.CaptureRequest;
import io.lightflow.capture.endpoint.RequestException;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A request as the endpoints see it. It keeps no buffer of Netty. */
final class NettyRequest implements CaptureRequest {
    private static final int MAX_PARAMETERS = 64;
    private static final String JSON = "application/json";

    private final String method;
    private final String path;
    private final Map<String, List<String>> query;
    private final Map<String, List<String>> form;
    private final byte[] body;
    private final HttpHeaders headers;
    private final InetAddress peer;

    private NettyRequest(
            String method,
            String path,
            Map<String, List<String>> query,
            Map<String, List<String>> form,
            byte[] body,
            HttpHeaders headers,
            InetAddress peer) {
        this.method = method;
        this.path = path;
        this.query = query;
        this.form = form;
        this.body = body;
        this.headers = headers;
        this.peer = peer;
    }

    /** @throws RequestException if query or form cannot be decoded */
    static NettyRequest of(FullHttpRequest request, InetAddress peer) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri(), StandardCharsets.UTF_8, true, MAX_PARAMETERS);
        try {
            return new NettyRequest(
                    request.method().name(),
                    uri.rawPath(),
                    uri.parameters(),
                    form(request),
                    ByteBufUtil.getBytes(request.content()),
                    request.headers(),
                    peer);
        } catch (IllegalArgumentException e) {
            throw new RequestException(400, "The parameters are not encoded as in URLs.");
        }
    }

    /** {@code sendBeacon} labels a string as plain text. */
    private static Map<String, List<String>> form(FullHttpRequest request) {
        return request.content().isReadable()
                        && !request.headers().get("content-type", "").startsWith(JSON)
                ? new QueryStringDecoder(
                                request.content().toString(StandardCharsets.UTF_8),
                                StandardCharsets.UTF_8,
                                false,
                                MAX_PARAMETERS)
                        .parameters()
                : Map.of();
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String parameter(String name) {
        List<String> values = query.getOrDefault(name, form.getOrDefault(name, List.of()));
        return values.isEmpty() ? "" : values.get(0);
    }

    @Override
    public List<String> headers(String name) {
        return headers.getAll(name);
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public InetAddress peer() {
        return peer;
    }
}
