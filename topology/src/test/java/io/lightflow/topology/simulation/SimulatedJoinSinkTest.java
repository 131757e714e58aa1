package io.lightflow.topology.simulation;

import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkContract;
import java.util.Collections;
import java.util.List;

/** The simulated joined topics fulfill the contract of a sink. */
class SimulatedJoinSinkTest extends SinkContract<List<OutputEvent>> {
    private static final OutputEvent OUTPUT = new OutputEvent(OutputTopic.TAGS, new byte[] {1}, new byte[] {2});

    private final JoinedLog log = new JoinedLog("us", new TestSchemas());
    private final Backend<List<OutputEvent>> backend = new Backend<>(log, Flaw.NONE);

    @Override
    protected Sink<List<OutputEvent>> newWriter() {
        return new SimulatedSink<>(backend, Perils.none());
    }

    @Override
    protected List<OutputEvent> output(long amount) {
        return Collections.nCopies((int) amount, OUTPUT);
    }

    @Override
    protected long committedAmount() {
        return (long) log.committed(0).size() + log.committed(1).size();
    }

    @Override
    protected int mostMovesInOneCommit() {
        return 1;
    }
}
