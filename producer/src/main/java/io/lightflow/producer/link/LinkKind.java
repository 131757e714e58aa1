package io.lightflow.producer.link;

/** What a link is for. One kind is never taken for the other. */
public enum LinkKind {
    /** In an ad: whoever follows it has clicked. */
    CLICK,
    /** Called by an advertiser's server, to report a conversion. */
    POSTBACK
}
