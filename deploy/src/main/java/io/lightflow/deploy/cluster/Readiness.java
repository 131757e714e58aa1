package io.lightflow.deploy.cluster;

/** Tells whether a process does its work, by asking it for some. */
@FunctionalInterface
interface Readiness {
    /**
     * Returns when the process answered as one that works.
     *
     * @throws Exception why it is not ready yet; asked again until the deadline
     */
    void check() throws Exception;
}
