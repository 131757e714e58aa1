package io.lightflow.lab.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.StatisticsKey;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DifferencesTest {
    @Test
    void equalOutcomesDoNotDiffer() {
        assertThat(AnswerDifferences.ofOutcomes(List.of("a", "b", "b"), List.of("a", "b", "b")))
                .isEmpty();
    }

    @Test
    void aLostADoubledAndAChangedOutcomeAreNamed() {
        assertThat(AnswerDifferences.ofOutcomes(
                        List.of("click 1 on i", "click 2 on i", "lost"),
                        List.of("click 1 on i", "click 1 on i", "click 2 on j")))
                .containsExactly(
                        "missing in the joined topics: click 2 on i",
                        "missing in the joined topics: lost",
                        "too many in the joined topics: click 1 on i",
                        "too many in the joined topics: click 2 on j");
    }

    @Test
    void manyDifferencesAreCounted() {
        List<String> expected =
                IntStream.range(100, 200).mapToObj(i -> "event " + i).toList();

        assertThat(AnswerDifferences.ofOutcomes(expected, List.of()))
                .hasSize(21)
                .last()
                .isEqualTo("... and 80 more like the last");
    }

    @Test
    void aRowThatIsMissingTooManyOrWrongIsNamed() {
        assertThat(AnswerDifferences.ofMinutes(Map.of(), Map.of(key(1), counts(1))))
                .hasSize(1);
        assertThat(AnswerDifferences.ofMinutes(Map.of(key(1), counts(1)), Map.of()))
                .hasSize(1);
        assertThat(AnswerDifferences.ofMinutes(Map.of(key(1), counts(1)), Map.of(key(1), counts(2))))
                .hasSize(1);
        assertThat(AnswerDifferences.ofMinutes(Map.of(key(1), counts(1)), Map.of(key(1), counts(1))))
                .isEmpty();
    }

    @Test
    void anEntryOfTheBooksThatDiffersIsNamed() {
        Books.Editor editor = Books.EMPTY.edit();
        editor.add(EventType.CLICK, Entry.DUPLICATE, 1);

        assertThat(AnswerDifferences.ofBooks(Books.EMPTY, editor.done()))
                .containsExactly("books, clicks DUPLICATE: expected 0, found 1");
    }

    private static StatisticsKey key(long minute) {
        return StatisticsKey.of(minute * 60_000)
                .with(Dimension.CAMPAIGN, "ca")
                .with(Dimension.CREATIVE, "cr")
                .with(Dimension.ADVERTISER, "a")
                .with(Dimension.EXCHANGE, "e")
                .with(Dimension.PUBLISHER, "p")
                .with(Dimension.COUNTRY, "de")
                .with(Dimension.REGION, "be")
                .with(Dimension.DEVICE, "phone")
                .with(Dimension.DATA_CENTER, "eu")
                .with(Dimension.CURRENCY, "EUR");
    }

    private static Counts counts(long impressions) {
        Counts counts = new Counts();
        counts.impressions = impressions;
        return counts;
    }
}
