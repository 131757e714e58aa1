package io.lightflow.peers;

import java.util.Arrays;
import java.util.List;

/** The output topics. The bench creates them. */
public enum PeerOutput {
    /** Each impression as it was read, once. */
    IMPRESSIONS("peer.impressions"),
    /** Each click with its impression: {@link JoinedRecords#CLICK}. */
    CLICKS("peer.clicks"),
    /** Each conversion with its click and impression, if it has one: {@link JoinedRecords#CONVERSION}. */
    CONVERSIONS("peer.conversions");

    private final String topic;

    PeerOutput(String topic) {
        this.topic = topic;
    }

    public String topic() {
        return topic;
    }

    public static List<String> topics() {
        return Arrays.stream(values()).map(PeerOutput::topic).toList();
    }

    public static PeerOutput ofTopic(String topic) {
        for (PeerOutput output : values()) {
            if (output.topic.equals(topic)) {
                return output;
            }
        }
        throw new IllegalArgumentException("expected one of " + topics() + ", found " + topic);
    }
}
