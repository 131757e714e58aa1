package io.lightflow.producer;

import org.apache.kafka.common.KafkaException;

/** A topic has another number of partitions than the settings say. */
final class WrongPartitionsException extends KafkaException {
    private static final long serialVersionUID = 1L;

    WrongPartitionsException(String topic, int expected, int found) {
        super(
                "topic " + topic + ": expected " + expected + " partitions, as in the settings, found " + found
                        + "; its events would not meet those of other data centers. Set partitions to the number that all of them have");
    }
}
