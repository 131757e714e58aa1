package io.lightflow.topology.dataflow;

import io.lightflow.topology.loop.StoppedException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Work that was given to another thread. */
final class Awaited {
    private Awaited() {}

    /**
     * Does the work, unless another thread has begun to: then it waits for the end of it.
     *
     * @return what came of it; what it threw is thrown
     * @throws StoppedException if this thread is interrupted
     */
    static <T> T get(FutureTask<T> work) {
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
