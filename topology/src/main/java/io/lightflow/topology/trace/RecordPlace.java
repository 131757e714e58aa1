package io.lightflow.topology.trace;

/**
 * A place in Kafka.
 *
 * @param incarnation first 32 bits of the topic id, in hexadecimal digits; null if unknown
 * @param offset null if unknown
 */
public record RecordPlace(String topic, String incarnation, int partition, Long offset) {

    static RecordPlace of(String topic, int incarnation, int partition, long offset) {
        return new RecordPlace(topic, hex(incarnation), partition, offset);
    }

    static String hex(int incarnation) {
        return "%08x".formatted(incarnation);
    }

    /** Such as {@code us-west.clicks-3 at 1014}. */
    @Override
    public String toString() {
        return topic + "-" + partition + (offset == null ? "" : " at " + offset);
    }
}
