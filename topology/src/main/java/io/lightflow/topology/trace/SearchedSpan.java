package io.lightflow.topology.trace;

import java.time.Instant;

/**
 * What was searched for an id. The ways of the events that were found have been followed beyond it.
 *
 * @param archiveFrom begin of the oldest hour of the archive that was searched; null if none was
 * @param archiveTo end of the newest hour
 * @param topicsFrom records of the topics were searched that are not older, and are not in the archive; null if the
 *     topics were not searched
 * @param topicRecords number of records of light topics that were read
 */
public record SearchedSpan(Instant archiveFrom, Instant archiveTo, Instant topicsFrom, long topicRecords) {}
