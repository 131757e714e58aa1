package io.lightflow.producer;

/**
 * What a producer has done since it was opened. The figures are taken one after the other, and may be apart by what
 * happened in between.
 *
 * @param taken events that {@code send} took
 * @param leftOver events found in the spool that an earlier process had left
 * @param acknowledged of the two above, those that Kafka has acknowledged
 * @param lost of them, those that will not be delivered any more: refused by Kafka for good (and with a spool set aside
 *     in a file), or still in memory when {@code close} gave up
 * @param waiting of them, those that are neither; a gauge
 * @param invalid refused with {@link InvalidEventException}
 * @param dropped dropped by {@link WhenAway.Drop}
 * @param notTaken refused with {@link NotTakenException}
 * @param beacons acknowledged
 * @param spoolBytes size of the spool's files; a gauge
 * @param registration how far the registration of the schemas has come
 */
public record LightEventsMetrics(
        long taken,
        long leftOver,
        long acknowledged,
        long lost,
        long waiting,
        long invalid,
        long dropped,
        long notTaken,
        long beacons,
        long spoolBytes,
        Registration registration) {

    /** Whether the registry has the schemas of this producer, so that everybody can read its events. */
    public enum Registration {
        /** No registry is in the settings: readers must have the same schemas compiled in. */
        NOT_WANTED,
        /** Not yet; events are sent nevertheless. */
        UNDER_WAY,
        DONE,
        /** The registry refuses them, as the log says. Readers that do not have them compiled in reject the events. */
        REFUSED
    }
}
