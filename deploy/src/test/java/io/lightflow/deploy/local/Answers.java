package io.lightflow.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.feed.DcGroup;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.sql.SQLException;
import java.util.List;

/** Compares what the platform has come to with what a batch run says. */
final class Answers {
    private Answers() {}

    static void assertSame(Stand stand, BatchAnswer answer) throws SQLException {
        List<String> groups =
                stand.stack().settings().groups().stream().map(DcGroup::name).toList();
        assertThat(Outputs.outcomes(stand, groups)).isEqualTo(answer.outcomes());
        assertThat(StatisticsTables.minutes(stand)).isEqualTo(answer.minutes());
        Books books = stand.books();
        for (EventType type : EventType.values()) {
            for (Entry entry : Entry.values()) {
                assertThat(books.get(type, entry))
                        .as("%s, %s", type.plural(), entry)
                        .isEqualTo(answer.books().get(type, entry));
            }
        }
    }
}
