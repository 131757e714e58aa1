package io.lightflow.producer.link;

/** The purpose of a link. A link of one kind is never valid as the other. */
public enum LinkKind {
    /** Part of an ad: following it is a click. */
    CLICK,
    /** Called by an advertiser's server to report a conversion. */
    POSTBACK,
    /** Part of an ad: loading it is an impression. */
    IMPRESSION
}
