package io.lightflow.enrichment;

/** Reads user agents. The same source gives the same answer each time. Thread-safe. */
public interface ClientSource {
    Client parse(String userAgent);

    /** Name and version of its data; not empty. */
    String version();
}
