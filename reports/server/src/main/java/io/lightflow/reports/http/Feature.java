package io.lightflow.reports.http;

import io.javalin.config.RoutesConfig;
import java.util.Map;

/** A group of paths of the API. Every path has a {@link ReportsRole}. */
public interface Feature {
    void addTo(RoutesConfig routes);

    /**
     * The feature's part of the OpenAPI document: a YAML file with {@code paths} and {@code components} in the
     * resources of {@code io/lightflow/reports/openapi}. Every path with a role other than {@link ReportsRole#OPEN}
     * must be in one.
     */
    String description();

    /** The replacements of {@code ${name}} in the file, by name, so that the document follows from the code. */
    default Map<String, String> descriptionValues() {
        return Map.of();
    }
}
