package io.lightflow.registry.client;

import java.util.Objects;
import org.apache.avro.Schema;

/**
 * A schema that is a version of a subject.
 *
 * @param subject the name of its sequence of versions, such as {@code eu.clicks-value}
 * @param version its number within the subject, from 1
 * @param id the id in records; the same in every subject that contains this schema
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
