package io.lightflow.enrichment;

/** Finds the place of an address. The same source gives the same answer each time. Thread-safe. */
public interface PlaceSource {
    /** @param address any string; {@link Place#UNKNOWN} if it is no address */
    Place find(String address);

    /** Build time of its data, in seconds since the Unix epoch; positive. */
    long version();
}
