package io.lightflow.deploy.cluster;

import java.util.List;
import java.util.Optional;

/**
 * A worker process that the Supervisor has launched: the JVM that runs a part of a topology.
 *
 * @param topologyId Storm's id: name, number and time of submission
 * @param port its slot
 * @param workerId Storm's id, a new one for each launch
 * @param pid the process id
 */
public record Worker(String topologyId, int port, String workerId, long pid) {
    private static final String MAIN = "org.apache.storm.daemon.worker.Worker";
    private static final String LOG_WRITER = "org.apache.storm.LogWriter";

    /**
     * Reads a worker off its command line; empty for any other process, also for the log writer that launches the
     * worker.
     */
    static Optional<Worker> of(OsProcess process) {
        List<String> arguments = process.arguments();
        int main = arguments.indexOf(MAIN);
        if (main < 0 || arguments.contains(LOG_WRITER)) {
            return Optional.empty();
        }
        int last = arguments.size() - 1;
        return Optional.of(new Worker(
                arguments.get(main + 1),
                Integer.parseInt(arguments.get(last - 1)),
                arguments.get(last),
                process.pid()));
    }

    /** The topology's name: its id without number and time. */
    public String topology() {
        return topologyId.replaceFirst("-\\d+-\\d+$", "");
    }

    /** Kills it (SIGKILL). The Supervisor launches another in its place. */
    public void kill() {
        signal(Signal.KILL);
    }

    /** Freezes it (SIGSTOP). The Supervisor replaces it once its heartbeats are too old. */
    public void freeze() {
        signal(Signal.STOP);
    }

    /** Lets a frozen worker go on (SIGCONT). */
    public void resume() {
        signal(Signal.CONT);
    }

    /** Whether this very process is still there. */
    public boolean isAlive() {
        return process().isPresent();
    }

    private void signal(Signal signal) {
        process().ifPresent(process -> process.signal(signal));
    }

    private Optional<OsProcess> process() {
        return OsProcess.of(pid).filter(process -> process.has(workerId));
    }
}
