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
 * be stored: the user shall reach the advertiser. Such clicks are counted. A browser that requests a link ahead of time
 * gets no redirect: it would show the page that it has when the user clicks, and the click would never be seen.
 */
public final class ClickEndpoint implements Endpoint {
    /** Browsers drop such a prefetch, and follow the link when the user clicks. */
    private static final Reply NOT_YET = Reply.text(503, "This link is for clicks. It cannot be prefetched.");

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
        boolean prefetched = Prefetch.is(request);
        Reply answered = (prefetched ? NOT_YET : redirect).withCookie(visitor);
        Click click = Click.newBuilder()
                .setId(prefetched ? Prefetch.idOf(link.eventId()) : link.eventId())
                .setTime(clock.millis())
                .setAdvertiserId(claims.advertiserId())
                .setImpressionId(claims.impressionId())
                .setLandingPage(claims.target())
                .setUserAgent(visitor.userAgent())
                .setIp(visitor.ip())
                .setPrefetched(prefetched)
                .build();
        return recorder.record(request, joinKey, click).thenApply(outcome -> {
            if (!(outcome instanceof Recorder.Outcome.Durable)) {
                metrics.clickUnrecorded();
            }
            return answered;
        });
    }
}
