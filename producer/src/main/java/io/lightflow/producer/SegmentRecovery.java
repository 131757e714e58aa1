package io.lightflow.producer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Truncates a file that an earlier process left to the whole frames at its beginning. */
final class SegmentRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

    private SegmentRecovery() {}

    /**
     * @param next the position at which the next file begins; empty for the last file
     * @param from the position from which events are counted
     * @return events of the file
     */
    static long recover(SpoolSegment segment, OptionalLong next, long from) throws IOException {
        SegmentScan scan = SegmentScan.of(segment, from);
        long end = segment.base + scan.wholeBytes();
        if (end < segment.end()) {
            if (scan.padded() && next.orElse(end) == end) {
                segment.truncate(scan.wholeBytes());
            } else if (next.isEmpty()) {
                truncateTornEnd(segment, scan);
            } else {
                setAsideDamage(segment, scan);
            }
        }
        return scan.events();
    }

    private static void truncateTornEnd(SpoolSegment segment, SegmentScan scan) throws IOException {
        LOG.warn(
                "{} ends in an incomplete event: its last {} bytes were never forced to disk, and are truncated",
                segment.file(),
                segment.length() - scan.wholeBytes());
        segment.truncate(scan.wholeBytes());
    }

    private static void setAsideDamage(SpoolSegment segment, SegmentScan scan) throws IOException {
        Path copy = segment.file().resolveSibling(segment.file().getFileName() + ".damaged");
        Files.copy(segment.file(), copy, StandardCopyOption.REPLACE_EXISTING);
        LOG.error(
                "{} is damaged at byte {}: the remaining {} bytes are not sent. A copy is kept as {}",
                segment.file(),
                scan.wholeBytes(),
                segment.length() - scan.wholeBytes(),
                copy);
        segment.truncate(scan.wholeBytes());
    }
}
