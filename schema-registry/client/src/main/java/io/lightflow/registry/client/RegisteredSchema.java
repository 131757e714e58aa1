package io.lightflow.registry.client;

import java.util.Objects;
import org.apache.avro.Schema;

/**
 * A schema as one version of a subject.
 *
 * @param subject the name that its versions are kept under, such as {@code eu.clicks-value}
 * @param version counts from 1 within the subject
 * @param id what records carry; the same for every subject that holds this schema
 */
public record RegisteredSchema(String subject, int version, int id, Schema schema) {
    public RegisteredSchema {
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(schema, "schema");
        if (version < 1) {
            throw new IllegalArgumentException(
                    "The version of subject " + subject + " must be at least 1, was " + version);
        }
    }
}
