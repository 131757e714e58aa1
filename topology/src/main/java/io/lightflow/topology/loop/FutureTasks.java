package io.lightflow.topology.loop;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs tasks that another thread may have begun. */
public final class FutureTasks {
    private FutureTasks() {}

    /**
     * Runs the task, unless another thread has begun it; then waits for its end.
     *
     * @return the task's result; its failure is thrown
     * @throws StoppedException if this thread is interrupted
     */
    public static <T> T get(FutureTask<T> work) {
        work.run();
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw (Error) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("the loop was interrupted while another thread worked for it", e);
        }
    }
}
