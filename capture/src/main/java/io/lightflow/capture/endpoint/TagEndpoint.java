package io.lightflow.capture.endpoint;

import io.lightflow.capture.client.Visitor;
import io.lightflow.capture.client.Visitors;
import io.lightflow.event.Tag;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * {@code /t}: a browser is seen on a page with a partner's tag. The browser's cookie is all that such an event tells,
 * so without consent none is recorded.
 */
public final class TagEndpoint implements Endpoint {
    private static final int MAX_URL = 1_024;

    private final Set<String> advertisers;
    private final UnaryOperator<String> newId;
    private final Recorder recorder;
    private final Visitors visitors;
    private final InstantSource clock;

    /**
     * @param advertisers whose tags are accepted
     * @param newId makes an id for a join key
     */
    public TagEndpoint(
            Set<String> advertisers,
            UnaryOperator<String> newId,
            Recorder recorder,
            Visitors visitors,
            InstantSource clock) {
        this.advertisers = advertisers;
        this.newId = newId;
        this.recorder = recorder;
        this.visitors = visitors;
        this.clock = clock;
    }

    @Override
    public String path() {
        return "/t";
    }

    @Override
    public Set<String> methods() {
        return Set.of("GET", "POST");
    }

    @Override
    public CompletionStage<Reply> handle(CaptureRequest request) {
        String advertiser = request.parameter("a");
        Reply reply = request.method().equals("POST") ? Reply.noContent() : Reply.pixel();
        Pages.requireKnown(advertisers, advertiser);
        if (request.isInspection()) {
            return CompletableFuture.completedFuture(reply);
        }
        Visitor visitor = request.visitor(visitors);
        Reply answered = reply.withCookie(visitor);
        if (!visitor.identifiable()) {
            return CompletableFuture.completedFuture(answered);
        }
        String url = request.parameter("u").isEmpty() ? request.header("referer") : request.parameter("u");
        Tag tag = Tag.newBuilder()
                .setId(newId.apply(visitor.cookieKey()))
                .setTime(clock.millis())
                .setAdvertiserId(advertiser)
                .setName(request.parameter("n"))
                .setUrl(url.length() > MAX_URL ? url.substring(0, MAX_URL) : url)
                .setUserAgent(visitor.userAgent())
                .build();
        return recorder.recordThen(request, answered, visitor.cookieKey(), tag);
    }
}
