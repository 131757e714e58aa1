package io.lightflow.event;

/** Where joined events go; the topics of a group have as many partitions as it has shards. */
public enum OutputTopic {
    IMPRESSIONS("joined.impressions"),
    CLICKS("joined.clicks"),
    CONVERSIONS("joined.conversions"),
    TAGS("joined.tags"),
    ORPHANS("orphans"),
    REJECTED("rejected");

    private final String suffix;

    OutputTopic(String suffix) {
        this.suffix = suffix;
    }

    /** The topic's name, such as {@code us.joined.clicks}. */
    public String of(String group) {
        return group + "." + suffix;
    }
}
