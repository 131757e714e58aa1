package io.lightflow.capture.endpoint;

import io.lightflow.capture.client.Visitor;
import io.lightflow.capture.client.Visitors;
import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkVerdict.GenuinePixel;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /i}: an impression. GET answers with a pixel; POST, as of {@code navigator.sendBeacon}, with nothing. */
public final class PixelEndpoint implements Endpoint {
    private final Links links;
    private final Recorder recorder;
    private final Visitors visitors;
    private final InstantSource clock;

    public PixelEndpoint(Links links, Recorder recorder, Visitors visitors, InstantSource clock) {
        this.links = links;
        this.recorder = recorder;
        this.visitors = visitors;
        this.clock = clock;
    }

    @Override
    public String path() {
        return "/i";
    }

    @Override
    public Set<String> methods() {
        return Set.of("GET", "POST");
    }

    @Override
    public CompletionStage<Reply> handle(CaptureRequest request) {
        GenuinePixel pixel = links.genuinePixel(request);
        Reply reply = request.method().equals("POST") ? Reply.noContent() : Reply.pixel();
        if (request.isInspection()) {
            return CompletableFuture.completedFuture(reply);
        }
        Impression impression = pixel.impression();
        impression.setPriceMicros(
                ClearingPrice.micros(request.parameter(ClearingPrice.PARAMETER), impression.getPriceMicros()));
        impression.setTime(clock.millis());
        Visitor visitor = request.visitor(visitors);
        impression.setUserAgent(visitor.userAgent());
        impression.setIp(visitor.ip());
        String joinKey = visitor.joinKey(pixel.joinKey(), impression.getId());
        if (Prefetch.is(request)) {
            impression.setId(Prefetch.idOf(impression.getId()));
            impression.setPrefetched(true);
        }
        return recorder.recordThen(request, reply.withCookie(visitor), joinKey, impression);
    }
}
