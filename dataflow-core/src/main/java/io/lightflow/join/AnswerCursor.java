package io.lightflow.join;

import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.StoreAnswer;
import java.util.List;

/** Hands out the parts of an answer in the order in which they were added to a {@link QueryBuilder}. */
final class AnswerCursor {
    private final StoreAnswer answer;
    private int row;
    private int events;
    private int day;

    AnswerCursor(StoreAnswer answer) {
        this.answer = answer;
    }

    List<Cell> nextRow() {
        return answer.rows().get(row++);
    }

    List<EventCell> nextEvents() {
        return answer.events().get(events++);
    }

    int nextDaySize() {
        return answer.daySizes()[day++];
    }
}
