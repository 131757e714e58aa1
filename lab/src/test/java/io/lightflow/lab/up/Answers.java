package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.answer.Differences;
import io.lightflow.lab.answer.StatisticsTables;
import java.sql.SQLException;
import java.util.List;

/** Compares what the platform has come to with what a batch run says. */
final class Answers {
    private Answers() {}

    static void assertSame(Stand stand, BatchAnswer answer) throws SQLException {
        List<String> groups =
                stand.stack().settings().groups().stream().map(DcGroup::name).toList();
        assertThat(Differences.ofOutcomes(answer.outcomes(), stand.outputs().outcomes(groups)))
                .isEmpty();
        assertThat(StatisticsTables.differences(answer, stand.stack().jdbcUrl()))
                .isEmpty();
        assertThat(Differences.ofBooks(answer.books(), stand.books())).isEmpty();
    }
}
