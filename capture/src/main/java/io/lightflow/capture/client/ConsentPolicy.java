package io.lightflow.capture.client;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Which rule of consent applies in which country.
 *
 * @param defaultRule for countries that are not named, and while the country is unknown
 * @param countries by ISO 3166-1 alpha-2 code
 * @param countryHeader the lower-case name of the header in which a trusted proxy tells the country; empty if none does
 */
public record ConsentPolicy(ConsentRule defaultRule, Map<String, ConsentRule> countries, String countryHeader) {
    public ConsentPolicy {
        Objects.requireNonNull(defaultRule, "defaultRule");
        countries = Map.copyOf(countries);
        countryHeader = countryHeader.toLowerCase(Locale.ROOT);
        for (String country : countries.keySet()) {
            if (!country.matches("[A-Z]{2}")) {
                throw new IllegalArgumentException(
                        "a country of consent must be a code of two capital letters, but is '" + country + "'");
            }
        }
    }

    /** The strictest rule everywhere. */
    public static ConsentPolicy strictest() {
        return new ConsentPolicy(ConsentRule.STRICTEST, Map.of(), "");
    }

    /** @param country may be empty */
    public ConsentRule rule(String country) {
        return countries.getOrDefault(country.toUpperCase(Locale.ROOT), defaultRule);
    }
}
