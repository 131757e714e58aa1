package io.lightflow.capture.endpoint;

import io.lightflow.event.Conversion;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict.Genuine;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * {@code /v}: a conversion, reported by an advertiser's server or by a pixel on its page. The idempotency key, such as
 * the number of the order, makes retries duplicates.
 */
public final class ConversionEndpoint implements Endpoint {
    private static final int MAX_KEY_LENGTH = 256;

    private final Links links;
    private final Recorder recorder;
    private final InstantSource clock;

    public ConversionEndpoint(Links links, Recorder recorder, InstantSource clock) {
        this.links = links;
        this.recorder = recorder;
        this.clock = clock;
    }

    @Override
    public String path() {
        return "/v";
    }

    @Override
    public Set<String> methods() {
        return Set.of("GET", "POST");
    }

    @Override
    public CompletionStage<Reply> handle(CaptureRequest request) {
        Genuine link = links.genuine(LinkKind.POSTBACK, request);
        LinkClaims claims = link.claims();
        String key = request.parameter("key");
        if (key.length() > MAX_KEY_LENGTH) {
            throw new RequestException(400, "key: expected at most " + MAX_KEY_LENGTH + " characters.");
        }
        Reply reply = request.method().equals("POST") ? Reply.noContent() : Reply.pixel();
        Conversion conversion = Conversion.newBuilder()
                .setId(link.eventId(key))
                .setTime(clock.millis())
                .setAdvertiserId(claims.advertiserId())
                .setImpressionId(claims.impressionId())
                .setClickId(claims.clickId().isEmpty() ? null : claims.clickId())
                .setKind(request.parameter("kind"))
                .setRevenueMicros(Money.micros("revenue", request.parameter("revenue")))
                .setCurrency(Money.currency(request.parameter("currency")))
                .build();
        return request.isInspection()
                ? CompletableFuture.completedFuture(reply)
                : recorder.recordThen(reply, claims.joinKey(), conversion);
    }
}
