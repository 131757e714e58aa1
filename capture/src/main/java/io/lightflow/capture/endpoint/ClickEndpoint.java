package io.lightflow.capture.endpoint;

import io.lightflow.capture.client.Visitor;
import io.lightflow.capture.client.Visitors;
import io.lightflow.capture.metrics.CaptureMetrics;
import io.lightflow.event.Click;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict.Genuine;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * {@code /c}: a click, answered with a redirect to the signed target. A genuine link redirects even if its click cannot
 * be stored: the user shall reach the advertiser. Such clicks are counted.
 */
public final class ClickEndpoint implements Endpoint {
    private final Links links;
    private final Recorder recorder;
    private final Visitors visitors;
    private final CaptureMetrics metrics;
    private final InstantSource clock;

    public ClickEndpoint(
            Links links, Recorder recorder, Visitors visitors, CaptureMetrics metrics, InstantSource clock) {
        this.links = links;
        this.recorder = recorder;
        this.visitors = visitors;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public String path() {
        return "/c";
    }

    @Override
    public Set<String> methods() {
        return Set.of("GET");
    }

    @Override
    public CompletionStage<Reply> handle(CaptureRequest request) {
        Genuine link = links.genuine(LinkKind.CLICK, request);
        LinkClaims claims = link.claims();
        if (claims.target().isEmpty()) {
            throw new RequestException(400, "This link has no target.");
        }
        Visitor visitor = request.visitor(visitors);
        String joinKey = visitor.joinKey(claims.joinKey(), claims.impressionId());
        Reply redirect = Reply.redirect(new TargetMacros(links.signed(), link, joinKey).location());
        if (request.isInspection()) {
            return CompletableFuture.completedFuture(redirect);
        }
        Reply answered = redirect.withCookie(visitor);
        Click click = Click.newBuilder()
                .setId(link.eventId())
                .setTime(clock.millis())
                .setAdvertiserId(claims.advertiserId())
                .setImpressionId(claims.impressionId())
                .setLandingPage(claims.target())
                .setUserAgent(visitor.userAgent())
                .setIp(visitor.ip())
                .build();
        return recorder.record(request, joinKey, click).thenApply(outcome -> {
            if (!(outcome instanceof Recorder.Outcome.Durable)) {
                metrics.clickUnrecorded();
            }
            return answered;
        });
    }
}
