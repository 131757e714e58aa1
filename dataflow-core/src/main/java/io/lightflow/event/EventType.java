package io.lightflow.event;

/** The kinds of light event. The topic that an event comes in says its kind. */
public enum EventType {
    IMPRESSION("impressions"),
    CLICK("clicks"),
    CONVERSION("conversions"),
    TAG("tags");

    private final String plural;

    EventType(String plural) {
        this.plural = plural;
    }

    /** The word for several of them; also the name of the front cluster's topic. */
    public String plural() {
        return plural;
    }

    /** The topic of the central cluster that MirrorMaker copies this kind to, such as {@code us-west.clicks}. */
    public String centralTopic(String dc) {
        return dc + "." + plural;
    }

    /**
     * The data center of a central topic: what {@link #centralTopic} was given.
     *
     * @throws IllegalArgumentException if it is no topic of this kind
     */
    public String dataCenter(String centralTopic) {
        int length = centralTopic.length() - plural.length() - 1;
        if (length < 1 || !centralTopic.equals(centralTopic(centralTopic.substring(0, length)))) {
            throw new IllegalArgumentException(
                    "expected a topic such as " + centralTopic("us-west") + ", found " + centralTopic);
        }
        return centralTopic.substring(0, length);
    }
}
