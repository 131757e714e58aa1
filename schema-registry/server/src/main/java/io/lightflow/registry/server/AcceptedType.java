package io.lightflow.registry.server;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Chooses the content type of a response by the request's Accept header. */
final class AcceptedType {
    /** In the order in which the server prefers them. */
    private static final List<String> OFFERED =
            List.of(RegistryJson.CONTENT_TYPE, "application/vnd.schemaregistry+json", "application/json");

    private AcceptedType() {}

    /**
     * @param accept null for any
     * @return empty if the client accepts none of the types of this API
     */
    static Optional<String> of(String accept) {
        if (accept == null || accept.isBlank()) {
            return Optional.of(RegistryJson.CONTENT_TYPE);
        }
        String best = null;
        double bestQuality = 0;
        for (String type : OFFERED) {
            double quality = quality(accept, type);
            if (quality > bestQuality) {
                best = type;
                bestQuality = quality;
            }
        }
        return Optional.ofNullable(best);
    }

    /** @return between 0, not accepted, and 1 */
    private static double quality(String accept, String type) {
        double quality = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            if (covers(parts[0].strip(), type)) {
                quality = Math.max(quality, quality(parts));
            }
        }
        return quality;
    }

    private static boolean covers(String range, String type) {
        if (range.equals("*") || range.startsWith("*/") || range.equals(type)) {
            return true;
        }
        return range.endsWith("/*") && type.startsWith(range.substring(0, range.length() - 1));
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replace(" ", "");
            if (parameter.matches("q=[01]?([.]\\d{1,9})?") && parameter.length() > 2) {
                return Math.min(1, Double.parseDouble(parameter.substring(2)));
            }
        }
        return 1;
    }
}
