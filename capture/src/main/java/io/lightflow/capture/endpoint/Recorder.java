package io.lightflow.capture.endpoint;

import io.lightflow.capture.metrics.CaptureMetrics;
import io.lightflow.event.TraceParent;
import io.lightflow.producer.InvalidEventException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.avro.specific.SpecificRecordBase;

/** Records light events before their requests are answered. Thread-safe. */
public final class Recorder {
    /** Where events become durable, such as {@link io.lightflow.producer.LightEvents#sendDurably}. */
    @FunctionalInterface
    public interface EventSink {
        /**
         * @param trace null if there is none
         * @throws InvalidEventException if the join would reject the event
         */
        CompletionStage<Void> send(String joinKey, SpecificRecordBase event, TraceParent trace);
    }

    /** The fate of an event. */
    public sealed interface Outcome {
        /** No crash can lose the event. */
        record Durable() implements Outcome {}

        /** The event may be lost: the disk is full, or an answer of disk or Kafka is missing. */
        record NotDurable() implements Outcome {}

        /** The join would reject the event. */
        record Invalid(String field, String reason) implements Outcome {}
    }

    static final String UNAVAILABLE = "The event was not stored. Send it again later.";

    private static final Outcome DURABLE = new Outcome.Durable();
    private static final Outcome NOT_DURABLE = new Outcome.NotDurable();

    private final EventSink sink;
    private final AnswerTimeouts timeouts;
    private final CaptureMetrics metrics;

    /** @param timeout how long a request waits for its event */
    public Recorder(EventSink sink, Duration timeout, CaptureMetrics metrics) {
        this.sink = sink;
        this.timeouts = new AnswerTimeouts(timeout);
        this.metrics = metrics;
    }

    /** @param request of the event, which may name the trace */
    CompletionStage<Outcome> record(CaptureRequest request, String joinKey, SpecificRecordBase event) {
        CompletableFuture<Void> durable;
        try {
            durable = sink.send(joinKey, event, request.trace()).toCompletableFuture();
        } catch (InvalidEventException e) {
            metrics.invalid();
            return CompletableFuture.completedFuture(new Outcome.Invalid(e.field(), e.getMessage()));
        }
        timeouts.add(durable);
        return durable.handle((none, failure) -> {
            if (failure == null) {
                metrics.recorded(event.getSchema().getName());
                return DURABLE;
            }
            metrics.notDurable(failure);
            return NOT_DURABLE;
        });
    }

    /** Answers with a reply if the event is durable, and with an error otherwise. */
    CompletionStage<Reply> recordThen(CaptureRequest request, Reply reply, String joinKey, SpecificRecordBase event) {
        return record(request, joinKey, event).thenApply(outcome -> {
            if (outcome instanceof Outcome.Durable) {
                return reply;
            }
            return outcome instanceof Outcome.Invalid invalid
                    ? Reply.text(400, "The event is invalid: check the value of " + invalid.field() + ".")
                    : Reply.text(503, UNAVAILABLE);
        });
    }
}
