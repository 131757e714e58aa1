package io.lightflow.topology.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Runs schedules on all cores, each in a separate world. */
final class Simulation {
    private final Flaw flaw;

    /** A failed schedule. */
    record Failure(Schedule schedule, Throwable cause) {}

    /** The result of many schedules. */
    record Result(long schedules, Tally tally, Optional<Failure> failure) {}

    /** @param flaw the defect of the fakes */
    Simulation(Flaw flaw) {
        this.flaw = flaw;
    }

    /** Runs the schedules of a range of seeds, up to the first failure. */
    Result run(long firstSeed, long count) {
        AtomicLong next = new AtomicLong(firstSeed);
        AtomicLong done = new AtomicLong();
        AtomicReference<Failure> failure = new AtomicReference<>();
        Tally tally = new Tally();
        int cores = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(cores);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < cores; i++) {
                running.add(threads.submit(() -> {
                    for (long seed = next.getAndIncrement();
                            seed < firstSeed + count && failure.get() == null;
                            seed = next.getAndIncrement()) {
                        run(Schedule.of(seed), tally, null).ifPresent(failed -> failure.compareAndSet(null, failed));
                        done.incrementAndGet();
                    }
                }));
            }
            for (Future<?> thread : running) {
                thread.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while schedules run", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a schedule could not be run", e);
        } finally {
            threads.shutdownNow();
        }
        return new Result(done.get(), tally, Optional.ofNullable(failure.get()));
    }

    /** Runs one schedule, and returns the failure, if any. */
    Optional<Failure> run(Schedule schedule) {
        return run(schedule, new Tally(), null);
    }

    /**
     * Runs one schedule and prints every step.
     *
     * @param log receives the lines
     */
    Optional<Failure> run(Schedule schedule, Consumer<String> log) {
        return run(schedule, new Tally(), log);
    }

    /** Runs one schedule, counts what happens, and reports it if the log is not null. */
    Optional<Failure> run(Schedule schedule, Tally tally, Consumer<String> log) {
        try {
            new World(schedule, flaw, new Journal(tally, log)).run();
            return Optional.empty();
        } catch (AssertionError | RuntimeException e) {
            return Optional.of(new Failure(schedule, e));
        }
    }

    /** The shortest failing schedule that the shrinker finds. */
    Failure shrink(Failure failure) {
        Schedule shortest = new Shrinker(schedule -> run(schedule).isPresent()).shrink(failure.schedule());
        return run(shortest).orElse(failure);
    }
}
