package io.lightflow.event;

/** The types of light events. The topic of an event determines its type. */
public enum EventType {
    IMPRESSION("impressions"),
    CLICK("clicks"),
    CONVERSION("conversions"),
    TAG("tags");

    private final String plural;

    EventType(String plural) {
        this.plural = plural;
    }

    /** The plural, which is also the name of the front cluster's topic. */
    public String plural() {
        return plural;
    }

    /** The topic of the central cluster that MirrorMaker copies this type to, such as {@code us-west.clicks}. */
    public String centralTopic(String dc) {
        return dc + "." + plural;
    }

    /**
     * The data center of a central topic, the reverse of {@link #centralTopic}.
     *
     * @throws IllegalArgumentException if it is not a topic of this type
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
