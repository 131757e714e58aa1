package io.lightflow.reports.alert;

/** Sends messages through one channel. Thread-safe. */
interface MessageSender {
    /**
     * Sends a message, or sends it again.
     *
     * @param target a URL or an address
     * @throws DeliveryException if it may not have arrived
     */
    void send(AlertMessage message, String target) throws DeliveryException, InterruptedException;
}
