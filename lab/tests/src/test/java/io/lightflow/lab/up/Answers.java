package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.lab.answer.AnswerDifferences;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.answer.StatisticsTableReader;
import java.sql.SQLException;
import java.util.List;

/** Compares what the platform has come to with what a batch run says. */
final class Answers {
    private Answers() {}

    static void assertSame(Stand stand, BatchAnswer answer) throws SQLException {
        List<String> groups =
                stand.stack().settings().groups().stream().map(DcGroup::name).toList();
        assertThat(AnswerDifferences.ofOutcomes(
                        answer.outcomes(), stand.outputs().outcomes(groups)))
                .isEmpty();
        assertThat(StatisticsTableReader.differences(answer, stand.stack().jdbcUrl()))
                .isEmpty();
        assertThat(AnswerDifferences.ofBooks(answer.books(), stand.books())).isEmpty();
    }
}
