package io.lightflow.lab.contest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/**
 * The settings of a contest.
 *
 * @param peers names of the programs that Lightflow is compared with
 * @param peersFolder the folder with a subfolder for each
 * @param rounds how often each contestant runs
 * @param events number of events to drain
 * @param seed seed of the events
 * @param rate events per second; null to drain
 * @param fault what strikes a drain
 * @param seconds with a rate: duration of the measurement
 * @param warmUp with a rate: the time before that
 * @param lightflow what Lightflow runs with
 */
public record ContestSettings(
        List<String> peers,
        Path peersFolder,
        int rounds,
        long events,
        long seed,
        Integer rate,
        Fault fault,
        int seconds,
        Duration warmUp,
        LightflowOptions lightflow) {

    /** What strikes a contestant under full load. */
    public enum Fault {
        NONE,
        /** Its work is killed (SIGKILL) when half of the outputs are committed. */
        KILL
    }

    /**
     * What Lightflow runs with.
     *
     * @param javaOptions of its JVM
     * @param profile the file that its stacks are added to; null for no profile
     */
    public record LightflowOptions(
            List<String> javaOptions, int microBatchSeconds, int pollRecords, int parallelism, Path profile) {
        public LightflowOptions {
            javaOptions = List.copyOf(javaOptions);
        }
    }

    public ContestSettings {
        peers = List.copyOf(peers);
        if (peers.isEmpty() || new HashSet<>(peers).size() != peers.size()) {
            throw new IllegalArgumentException("peers: expected one or more, each once, found " + peers);
        }
        if (rounds < 1 || events < 1 || seconds < 1 || rate != null && rate < 1) {
            throw new IllegalArgumentException("contest: expected 1 or more rounds, events, seconds and events per"
                    + " second, found " + rounds + ", " + events + ", " + seconds + " and " + rate);
        }
        if (rate != null && fault == Fault.KILL) {
            throw new IllegalArgumentException("--kill strikes under full load, found --rate " + rate);
        }
        if (lightflow.profile() != null && fault == Fault.KILL) {
            throw new IllegalArgumentException("--profile needs processes that end by themselves, found --kill");
        }
    }
}
