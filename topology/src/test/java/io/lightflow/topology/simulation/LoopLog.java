package io.lightflow.topology.simulation;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/** The log of the topologies, which report every failure from which they recover. */
final class LoopLog {
    private LoopLog() {}

    /** Turns the log off, since thousands of schedules would flood the output. */
    static void off() {
        Configurator.setLevel("io.lightflow", Level.OFF);
    }
}
