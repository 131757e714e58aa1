package io.lightflow.capture.endpoint;

import io.lightflow.capture.metrics.CaptureMetrics;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict;
import io.lightflow.producer.link.SignedLinks;

/** Accepts requests with genuine links only, and signs postbacks. Thread-safe. */
public final class Links {
    private final SignedLinks links;
    private final CaptureMetrics metrics;

    public Links(SignedLinks links, CaptureMetrics metrics) {
        this.links = links;
        this.metrics = metrics;
    }

    SignedLinks signed() {
        return links;
    }

    LinkVerdict.Genuine genuine(LinkKind kind, CaptureRequest request) {
        return (LinkVerdict.Genuine) accepted(kind, request);
    }

    LinkVerdict.GenuinePixel genuinePixel(CaptureRequest request) {
        return (LinkVerdict.GenuinePixel) accepted(LinkKind.IMPRESSION, request);
    }

    /** The failure of a request without a link. */
    RequestException missing(LinkKind kind) {
        return rejection(kind, LinkVerdict.Reason.MALFORMED);
    }

    private LinkVerdict accepted(LinkKind kind, CaptureRequest request) {
        LinkVerdict verdict = links.verify(kind, request.parameter(SignedLinks.PARAMETER));
        if (verdict instanceof LinkVerdict.Rejected rejected) {
            throw rejection(kind, rejected.reason());
        }
        return verdict;
    }

    private RequestException rejection(LinkKind kind, LinkVerdict.Reason reason) {
        metrics.linkRejected(kind, reason);
        return reason == LinkVerdict.Reason.EXPIRED
                ? new RequestException(410, "This link has expired.")
                : new RequestException(403, "This link is not valid.");
    }
}
