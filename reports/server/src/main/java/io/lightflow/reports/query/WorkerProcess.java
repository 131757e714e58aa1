package io.lightflow.reports.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.lightflow.reports.http.ReportsJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A process that runs one query after the other: a line of JSON with the settings first, then one for each query, and
 * one for each outcome. It ends with this process, at the end of its standard input.
 */
final class WorkerProcess implements AutoCloseable {
    private static final long END_TIMEOUT_SECONDS = 10;

    private final Process process;
    private final QueryFolder folder;
    private final Writer input;
    private final AtomicReference<CompletableFuture<QueryOutcome>> waiting = new AtomicReference<>();
    /** Of {@link System#nanoTime()}. */
    private volatile long idleSince = System.nanoTime();

    private WorkerProcess(Process process, QueryFolder folder) {
        this.process = process;
        this.folder = folder;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
    }

    static WorkerProcess start(List<String> command, QuerySettings settings) {
        try {
            WorkerProcess worker = start(command, QueryFolder.create(settings.temporary(), "lightflow-queries-"));
            Thread reader = new Thread(worker::readOutcomes, "reports-query-outcomes");
            reader.setDaemon(true);
            reader.start();
            worker.write(settings.in(worker.folder.path()));
            return worker;
        } catch (IOException e) {
            throw new UncheckedIOException("Starting a process for queries failed: " + e, e);
        }
    }

    private static WorkerProcess start(List<String> command, QueryFolder folder) throws IOException {
        try {
            return new WorkerProcess(
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start(),
                    folder);
        } catch (IOException e) {
            folder.close();
            throw e;
        }
    }

    /**
     * Starts a query. There is one at a time.
     *
     * @return fails with an {@link IOException} if the process ends first
     */
    CompletableFuture<QueryOutcome> run(QueryTask task) {
        CompletableFuture<QueryOutcome> outcome = new CompletableFuture<>();
        waiting.set(outcome);
        try {
            write(task);
        } catch (IOException e) {
            outcome.completeExceptionally(e);
        }
        if (!process.isAlive()) {
            outcome.completeExceptionally(ended());
        }
        return outcome;
    }

    private void write(Object line) throws IOException {
        input.write(ReportsJson.MAPPER.writeValueAsString(line));
        input.write('\n');
        input.flush();
    }

    private void readOutcomes() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                complete(line);
            }
            fail(ended());
        } catch (IOException e) {
            fail(e);
        }
    }

    private void complete(String line) {
        CompletableFuture<QueryOutcome> outcome = waiting.getAndSet(null);
        if (outcome == null) {
            return;
        }
        idleSince = System.nanoTime();
        try {
            outcome.complete(ReportsJson.MAPPER.readValue(line, QueryOutcome.class));
        } catch (JsonProcessingException e) {
            outcome.completeExceptionally(e);
        }
    }

    private void fail(IOException cause) {
        CompletableFuture<QueryOutcome> outcome = waiting.getAndSet(null);
        if (outcome != null) {
            outcome.completeExceptionally(cause);
        }
    }

    private static IOException ended() {
        return new IOException("expected an outcome of the query, found the end of its process");
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long idleNanos() {
        return System.nanoTime() - idleSince;
    }

    long id() {
        return process.pid();
    }

    /** Ends the process, whatever it does, waits for its end, and deletes its folder. */
    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = Thread.interrupted();
        try {
            process.waitFor(END_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            folder.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
