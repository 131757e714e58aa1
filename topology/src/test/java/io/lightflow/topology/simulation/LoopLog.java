package io.lightflow.topology.simulation;

import io.lightflow.topology.dataflow.DataflowLoop;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.StoppedShards;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/** What the loops log of every failure that they get over. */
final class LoopLog {
    private LoopLog() {}

    /** Nobody wants to read it of ten thousand schedules. */
    static void off() {
        Configurator.setLevel(BackoffRetrier.class.getName(), Level.OFF);
        Configurator.setLevel(StoppedShards.class.getName(), Level.OFF);
        Configurator.setLevel(DataflowLoop.class.getName(), Level.OFF);
    }
}
