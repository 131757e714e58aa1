package io.lightflow.deploy.cluster;

/** Checks whether a process is ready by sending it a request. */
@FunctionalInterface
interface Readiness {
    /**
     * Returns normally if the process is ready.
     *
     * @throws Exception why it is not ready yet; the caller retries until the deadline
     */
    void check() throws Exception;
}
