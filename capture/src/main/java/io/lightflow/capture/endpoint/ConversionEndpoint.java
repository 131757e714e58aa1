package io.lightflow.capture.endpoint;

import io.lightflow.capture.client.Visitor;
import io.lightflow.capture.client.Visitors;
import io.lightflow.event.Conversion;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict.Genuine;
import io.lightflow.producer.link.SignedLinks;
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
    private final Set<String> advertisers;
    private final Recorder recorder;
    private final Visitors visitors;
    private final InstantSource clock;

    /** @param advertisers whose pages may report conversions without a signature */
    public ConversionEndpoint(
            Links links, Set<String> advertisers, Recorder recorder, Visitors visitors, InstantSource clock) {
        this.links = links;
        this.advertisers = advertisers;
        this.recorder = recorder;
        this.visitors = visitors;
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
        String key = request.parameter("key");
        if (key.length() > MAX_KEY_LENGTH) {
            throw new RequestException(400, "key: expected at most " + MAX_KEY_LENGTH + " characters.");
        }
        Reply reply = request.method().equals("POST") ? Reply.noContent() : Reply.pixel();
        return request.parameter(SignedLinks.PARAMETER).isEmpty()
                ? unsigned(request, key, reply)
                : signed(request, key, reply);
    }

    private CompletionStage<Reply> signed(CaptureRequest request, String key, Reply reply) {
        Genuine link = links.genuine(LinkKind.POSTBACK, request);
        LinkClaims claims = link.claims();
        Conversion conversion = conversion(request, link.eventId(key), claims.advertiserId());
        conversion.setImpressionId(claims.impressionId());
        conversion.setClickId(claims.clickId().isEmpty() ? null : claims.clickId());
        return request.isInspection()
                ? CompletableFuture.completedFuture(reply)
                : recorder.recordThen(request, reply, claims.joinKey(), conversion);
    }

    /** Names neither click nor impression, and is joined by the browser's cookie. */
    private CompletionStage<Reply> unsigned(CaptureRequest request, String key, Reply reply) {
        String advertiser = request.parameter("a");
        if (advertiser.isEmpty()) {
            throw links.missing(LinkKind.POSTBACK);
        }
        Pages.requireKnown(advertisers, advertiser);
        if (key.isEmpty()) {
            throw new RequestException(400, "key: expected the advertiser's key of the conversion, found none.");
        }
        Conversion conversion = conversion(request, SignedLinks.conversionId(advertiser, key), advertiser);
        if (request.isInspection()) {
            return CompletableFuture.completedFuture(reply);
        }
        Visitor visitor = request.visitor(visitors);
        Reply answered = reply.withCookie(visitor);
        return visitor.identifiable()
                ? recorder.recordThen(request, answered, visitor.cookieKey(), conversion)
                : CompletableFuture.completedFuture(answered);
    }

    private Conversion conversion(CaptureRequest request, String id, String advertiser) {
        return Conversion.newBuilder()
                .setId(id)
                .setTime(clock.millis())
                .setAdvertiserId(advertiser)
                .setKind(request.parameter("kind"))
                .setRevenueMicros(Money.micros("revenue", request.parameter("revenue")))
                .setCurrency(Money.currency(request.parameter("currency")))
                .build();
    }
}
