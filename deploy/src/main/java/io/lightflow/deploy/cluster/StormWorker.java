package io.lightflow.deploy.cluster;

import java.util.List;
import java.util.Optional;

/**
 * A worker process of the Supervisor: a JVM that runs a part of a topology.
 *
 * @param topologyId Storm's id: name, number and time of submission
 * @param port the port of its slot
 * @param workerId Storm's id, unique for each launch
 * @param pid the process id
 */
public record StormWorker(String topologyId, int port, String workerId, long pid) {
    private static final String MAIN = "org.apache.storm.daemon.worker.Worker";
    private static final String LOG_WRITER = "org.apache.storm.LogWriter";

    /**
     * Identifies a worker by its command line; empty for any other process, including the log writer that launches the
     * worker.
     */
    static Optional<StormWorker> of(OsProcess process) {
        List<String> arguments = process.arguments();
        int main = arguments.indexOf(MAIN);
        if (main < 0 || arguments.contains(LOG_WRITER)) {
            return Optional.empty();
        }
        int last = arguments.size() - 1;
        return Optional.of(new StormWorker(
                arguments.get(main + 1),
                Integer.parseInt(arguments.get(last - 1)),
                arguments.get(last),
                process.pid()));
    }

    /** The topology's name: its id without number and time. */
    public String topology() {
        return topologyId.replaceFirst("-\\d+-\\d+$", "");
    }

    /** Kills the worker (SIGKILL). The Supervisor launches a successor. */
    public void kill() {
        signal(Signal.KILL);
    }

    /** Freezes the worker (SIGSTOP). The Supervisor replaces it once its heartbeats are too old. */
    public void freeze() {
        signal(Signal.STOP);
    }

    /** Resumes a frozen worker (SIGCONT). */
    public void resume() {
        signal(Signal.CONT);
    }

    /** Whether this process still runs. */
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
