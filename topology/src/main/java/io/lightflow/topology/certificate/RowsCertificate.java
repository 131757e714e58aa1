package io.lightflow.topology.certificate;

import java.util.List;

/**
 * What was found of an hour in PostgreSQL.
 *
 * @param groups whose joined events were summed up: all that are counted into the same tables
 * @param rows of {@code stats_hour} and {@code stats_geo_hour} that were compared
 * @param impressions sum of the joined topics, as are the following
 * @param differenceCount how many rows differ
 * @param differences the first hundred of them, in words
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
