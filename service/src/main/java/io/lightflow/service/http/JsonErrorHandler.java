package io.lightflow.service.http;

import java.util.Objects;
import java.util.function.BiFunction;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Responds with JSON to requests that reach no path, such as one with a broken escape in its URL. */
public final class JsonErrorHandler extends ErrorHandler {
    private final String contentType;
    private final BiFunction<Integer, String, String> body;

    /** @param body returns the JSON for a status and a message */
    public JsonErrorHandler(String contentType, BiFunction<Integer, String, String> body) {
        this.contentType = Objects.requireNonNull(contentType, "contentType");
        this.body = Objects.requireNonNull(body, "body");
    }

    /** Jetty's own handler has a body only for GET, POST and HEAD. */
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        String reason = Objects.requireNonNullElseGet(message, () -> HttpStatus.getMessage(code));
        Content.Sink.write(response, true, body.apply(code, reason), callback);
    }
}
