package io.lightflow.lab.contest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StatisticsDigestTest {
    private static final long[] COUNTS = {5, 1, 0, 7_000, 0};

    private static long key(long minute, String creative) {
        return RowFingerprints.of(minute, "campaign", creative, "exchange", "publisher", "US", "phone");
    }

    private static StatisticsDigest expected() {
        StatisticsDigest digest = new StatisticsDigest();
        digest.add(key(1, "a"), COUNTS);
        digest.add(key(2, "b"), COUNTS);
        return digest;
    }

    @Test
    void theOrderOfRowsDoesNotMatter() {
        StatisticsDigest found = new StatisticsDigest();
        found.add(key(2, "b"), COUNTS);
        found.add(key(1, "a"), COUNTS);

        assertThat(found.differences(expected())).isEmpty();
        assertThat(found.totals()).containsExactly(10, 2, 0, 14_000, 0);
    }

    @Test
    void aMissingRowIsNoticed() {
        StatisticsDigest found = new StatisticsDigest();
        found.add(key(1, "a"), COUNTS);

        assertThat(found.differences(expected()))
                .hasSize(2)
                .anyMatch(difference -> difference.contains("minute rows: expected 2, found 1"));
    }

    @Test
    void countsInAnotherRowAreNoticedThoughTotalsAgree() {
        StatisticsDigest found = new StatisticsDigest();
        found.add(key(1, "a"), COUNTS);
        found.add(key(3, "b"), COUNTS);

        assertThat(found.differences(expected())).singleElement().asString().contains("in each row");
    }
}
