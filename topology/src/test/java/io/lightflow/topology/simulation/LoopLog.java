package io.lightflow.topology.simulation;

import io.lightflow.topology.dataflow.DataflowLoop;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.StoppedShards;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/** The log of the loops, which report every failure from which they recover. */
final class LoopLog {
    private LoopLog() {}

    /** Turns the log off, since thousands of schedules would flood the output. */
    static void off() {
        Configurator.setLevel(BackoffRetrier.class.getName(), Level.OFF);
        Configurator.setLevel(StoppedShards.class.getName(), Level.OFF);
        Configurator.setLevel(DataflowLoop.class.getName(), Level.OFF);
    }
}
