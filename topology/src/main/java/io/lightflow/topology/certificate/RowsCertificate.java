package io.lightflow.topology.certificate;

import java.util.List;

/**
 * The result of an hour in PostgreSQL.
 *
 * @param groups the groups whose joined events were summed: all that are counted into the same tables
 * @param rows of {@code stats_hour} and {@code stats_geo_hour} that were compared
 * @param impressions sum of the joined topics, as are the following
 * @param differenceCount how many rows differ
 * @param differences the first hundred of them, as sentences
 * @param notes what was not compared, and why
 */
record RowsCertificate(
        List<String> groups,
        long rows,
        long impressions,
        long clicks,
        long conversions,
        long differenceCount,
        List<String> differences,
        List<String> notes) {}
