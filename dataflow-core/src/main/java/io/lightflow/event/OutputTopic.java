package io.lightflow.event;

/** The topics of the outputs. Each has as many partitions as the group has shards. */
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

    /** The topic's name without that of the group, such as {@code joined.clicks}. */
    public String suffix() {
        return suffix;
    }

    /** The topic's name, such as {@code us.joined.clicks}. */
    public String of(String group) {
        return group + "." + suffix;
    }
}
