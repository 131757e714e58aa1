package io.lightflow.join;

import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreQuery;
import java.util.ArrayList;
import java.util.List;

/** Collects what the join keys of a block ask for. An {@link AnswerCursor} hands the answers out in the same order. */
final class QueryBuilder {
    final List<RowRange> rows = new ArrayList<>();
    final List<EventQuery> events = new ArrayList<>();
    final List<KeyDay> days = new ArrayList<>();

    StoreQuery build() {
        return new StoreQuery(rows, events, days);
    }
}
