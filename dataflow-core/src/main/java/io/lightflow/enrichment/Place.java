package io.lightflow.enrichment;

import java.util.Objects;

/**
 * The place of an address.
 *
 * @param country ISO 3166-1 alpha-2 code; empty if it is unknown
 * @param region code or name of the first subdivision of the country; empty if it is unknown
 */
public record Place(String country, String region) {
    public static final Place UNKNOWN = new Place("", "");

    public Place {
        Objects.requireNonNull(country, "country");
        Objects.requireNonNull(region, "region");
    }
}
