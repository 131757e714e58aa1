package io.lightflow.producer.link;

import io.lightflow.event.Impression;

/** The result of verifying a link. */
public sealed interface LinkVerdict {

    /** The signature is valid, and the link has not expired. */
    record Genuine(LinkKind kind, LinkClaims claims) implements LinkVerdict {
        /**
         * The id of the event that the link reports: the same at each call of the same link. A click with this id is
         * billed once, however often its link is called.
         */
        public String eventId() {
            return LinkEventId.of(kind, claims);
        }

        /**
         * The id of one of several events that the link reports: the same for the same advertiser and key, whichever
         * link reports it. A retry is therefore a duplicate.
         *
         * @param key the advertiser's own key, such as the number of an order; if empty, the id is {@link #eventId()}
         */
        public String eventId(String key) {
            return key.isEmpty() ? eventId() : LinkEventId.of(kind, claims.advertiserId(), key);
        }
    }

    /**
     * The signature of a pixel is valid, and the pixel has not expired.
     *
     * @param impression as it was signed, without user agent and address; its time is that of the signature
     */
    record GenuinePixel(String joinKey, Impression impression) implements LinkVerdict {}

    record Rejected(Reason reason) implements LinkVerdict {}

    enum Reason {
        /** Not a link, or truncated. */
        MALFORMED,
        /** Signed with a key that is unknown or was removed. */
        UNKNOWN_KEY,
        /** Modified, signed by someone else, or of the other kind. */
        FORGED,
        EXPIRED,
        /** Created further in the future than the clock skew allows. */
        FROM_THE_FUTURE,
        /** The target is not an {@code http} or {@code https} URL. */
        UNSAFE_TARGET
    }
}
