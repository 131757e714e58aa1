package io.lightflow.deploy.reconcile;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Something that two outputs tell differently.
 *
 * @param what its kind, for programs
 * @param place of the record in question; null for a row of PostgreSQL
 * @param row the row of PostgreSQL in question: its table, its time and its dimensions; null for a record
 * @param words what was expected and found
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Difference(What what, Place place, String row, String words) {
    public enum What {
        /** A record of a topic without a row in the table. */
        NOT_IN_TABLE,
        /** A row of a table without a record in the topic. */
        NOT_IN_TOPIC,
        /** A record with several rows. */
        TWICE_IN_TABLE,
        /** A record whose row has another content. */
        OTHER_IN_TABLE,
        /** A light event without an output. */
        NOT_EMITTED,
        /** A light event with several outputs. */
        EMITTED_TWICE,
        /** An output without a light event. */
        NO_LIGHT_EVENT,
        /** An output whose event is not as the light event. */
        OTHER_EVENT,
        /** A row of the statistics that is not the sum of the joined events. */
        OTHER_STATISTICS
    }

    /** @param incarnation first 32 bits of the topic id */
    public record Place(String topic, int incarnation, int partition, long offset) {
        static final String COLUMNS = "topic, incarnation, shard, record_offset";

        /** @param from the first of its columns in the result, from 1 */
        static Place of(ResultSet row, int from) throws SQLException {
            return new Place(row.getString(from), row.getInt(from + 1), row.getInt(from + 2), row.getLong(from + 3));
        }

        @Override
        public String toString() {
            return topic + "-" + partition + " at offset " + offset + " (incarnation " + incarnation + ")";
        }
    }

    static Difference of(What what, Place place, String words) {
        return new Difference(what, place, null, words);
    }

    static Difference ofRow(String row, String words) {
        return new Difference(What.OTHER_STATISTICS, null, row, words);
    }

    @Override
    public String toString() {
        return (place == null ? row : place.toString()) + ": " + words;
    }
}
