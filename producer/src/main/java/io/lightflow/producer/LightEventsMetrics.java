package io.lightflow.producer;

/**
 * Counts of a producer since it was opened. They are read one after the other, so they may differ by concurrent events.
 *
 * @param accepted events that {@code send} accepted
 * @param recovered events of an earlier process that were found in the spool
 * @param acknowledged accepted or recovered events that Kafka has acknowledged
 * @param lost accepted or recovered events that will never be delivered: Kafka rejected them permanently (a spool sets
 *     them aside in a file), or they were still in memory when {@code close} gave up
 * @param waiting accepted or recovered events that are neither acknowledged nor lost; a gauge
 * @param invalid events rejected with {@link InvalidEventException}
 * @param dropped events dropped by {@link UnavailablePolicy.Drop}
 * @param notAccepted events refused with {@link NotAcceptedException}
 * @param beacons beacons that Kafka has acknowledged
 * @param spoolBytes size of the spool's files; a gauge
 * @param registration state of the registration of the schemas
 */
public record LightEventsMetrics(
        long accepted,
        long recovered,
        long acknowledged,
        long lost,
        long waiting,
        long invalid,
        long dropped,
        long notAccepted,
        long beacons,
        long spoolBytes,
        RegistrationState registration) {

    /** Whether the registry has the schemas of this producer, which readers of its events need. */
    public enum RegistrationState {
        /** The settings name no registry: readers must have the same schemas compiled in. */
        NOT_CONFIGURED,
        /** Not registered yet; events are sent nevertheless. */
        PENDING,
        DONE,
        /**
         * The registry rejected them; the log has the reason. Readers without compiled-in schemas reject the events.
         */
        REJECTED
    }
}
