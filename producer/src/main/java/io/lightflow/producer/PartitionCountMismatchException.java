package io.lightflow.producer;

import org.apache.kafka.common.KafkaException;

/** The partition count of a topic differs from the settings. */
final class PartitionCountMismatchException extends KafkaException {
    private static final long serialVersionUID = 1L;

    PartitionCountMismatchException(String topic, int expected, int found) {
        super("topic " + topic + ": expected " + expected + " partitions, as in the settings, found " + found
                + "; its events would not meet those of other data centers."
                + " Set partitions to the count that all of them have");
    }
}
