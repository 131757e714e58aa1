package io.lightflow.producer.link;

/** Whether a link was made by one of us, and may still be used. */
public sealed interface LinkVerdict {

    /** It is ours and has not expired. */
    record Genuine(LinkClaims claims) implements LinkVerdict {}

    record Refused(Reason reason) implements LinkVerdict {}

    enum Reason {
        /** No link of this kind, or cut off. */
        MALFORMED,
        /** Signed with a key that is unknown, or has been withdrawn. */
        UNKNOWN_KEY,
        /** Changed, made by somebody else, or of the other kind. */
        FORGED,
        EXPIRED,
        /** Made further in the future than clocks differ. */
        FROM_THE_FUTURE
    }
}
