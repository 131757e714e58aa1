package io.lightflow.topology.simulation;

import io.lightflow.topology.Patience;
import io.lightflow.topology.StoppedShards;
import io.lightflow.topology.dataflow.DataflowLoop;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/** What the loops log of every failure that they get over. */
final class LoopLog {
    private LoopLog() {}

    /** Nobody wants to read it of ten thousand schedules. */
    static void off() {
        Configurator.setLevel(Patience.class.getName(), Level.OFF);
        Configurator.setLevel(StoppedShards.class.getName(), Level.OFF);
        Configurator.setLevel(DataflowLoop.class.getName(), Level.OFF);
    }
}
