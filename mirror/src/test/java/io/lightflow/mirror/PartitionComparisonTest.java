package io.lightflow.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.mirror.PartitionComparison.Result;
import io.lightflow.mirror.PartitionComparison.Trimmed;
import org.junit.jupiter.api.Test;

class PartitionComparisonTest {
    private static final int MAX_DIFFERENCES = 100;

    @Test
    void anEqualCopyIsExactEvenWithARepeatedRecord() {
        assertThat(compare("abcac", "abcac", Trimmed.NO, Trimmed.NO)).isEqualTo(new Result(5, 5, 0, 0, 0, 0));
    }

    @Test
    void recordsNotCopiedYetAreLagAndNotMissing() {
        assertThat(compare("abcde", "abc", Trimmed.NO, Trimmed.NO)).isEqualTo(new Result(5, 3, 2, 0, 0, 0));
        assertThat(compare("ab", "", Trimmed.NO, Trimmed.NO)).isEqualTo(new Result(2, 0, 2, 0, 0, 0));
    }

    @Test
    void skippedRecordsAreMissing() {
        assertThat(compare("abcde", "abe", Trimmed.NO, Trimmed.NO)).isEqualTo(new Result(5, 3, 0, 2, 0, 0));
    }

    @Test
    void duplicatesAreSurplus() {
        assertThat(compare("abc", "abbc", Trimmed.NO, Trimmed.NO)).isEqualTo(new Result(3, 4, 0, 0, 1, 0));
        assertThat(compare("abc", "abcx", Trimmed.NO, Trimmed.NO).surplus()).isEqualTo(1);
    }

    @Test
    void aDifferentOrderIsDetected() {
        assertThat(compare("abc", "acb", Trimmed.NO, Trimmed.NO)).isEqualTo(new Result(3, 3, 0, 0, 0, 1));
    }

    @Test
    void recordsDeletedByRetentionAreNeitherMissingNorSurplus() {
        assertThat(compare("cde", "abcde", Trimmed.YES, Trimmed.NO).exact()).isTrue();
        assertThat(compare("abcde", "cde", Trimmed.NO, Trimmed.YES).exact()).isTrue();
        assertThat(compare("abcde", "cde", Trimmed.NO, Trimmed.NO).missing()).isEqualTo(2);
    }

    @Test
    void tooManyDifferencesAbortTheComparison() {
        String many = "x".repeat(MAX_DIFFERENCES + 1);
        assertThatThrownBy(() -> compare(many, "", Trimmed.NO, Trimmed.NO)).hasMessageContaining("counterpart");
    }

    /** Compares the letters of two strings. The offsets of the copy have gaps, as transaction markers leave them. */
    private static Result compare(String front, String copy, Trimmed frontTrimmed, Trimmed copyTrimmed) {
        PartitionComparison comparison = new PartitionComparison(MAX_DIFFERENCES);
        for (int i = 0; i < Math.max(front.length(), copy.length()); i++) {
            if (i < copy.length()) {
                comparison.copy(new RecordFingerprint(0, copy.charAt(i)), 2L * i);
            }
            if (i < front.length()) {
                comparison.front(new RecordFingerprint(0, front.charAt(i)), i);
            }
        }
        return comparison.result(frontTrimmed, copyTrimmed);
    }
}
