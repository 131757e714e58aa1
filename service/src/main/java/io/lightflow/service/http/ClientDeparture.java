package io.lightflow.service.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that a client closes its connection while its request is handled. Jetty itself would notice it when it writes
 * the response.
 *
 * <p>Create it after the body is read, and close it before the response is written. Thread-safe.
 */
public final class ClientDeparture implements AutoCloseable {
    private final CompletableFuture<Void> departure = new CompletableFuture<>();
    private final AbstractEndPoint connection;
    /** Guarded by this. */
    private boolean closed;
    /** Whether a byte of a next request was read, which is lost. Guarded by this. */
    private boolean hasReadAhead;

    private ClientDeparture(AbstractEndPoint connection) {
        this.connection = connection;
    }

    /** Watches the connection of a request. Its body must have been read. */
    public static ClientDeparture of(HttpServletRequest request) {
        EndPoint found = ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        if (!(found instanceof AbstractEndPoint connection)) {
            throw new IllegalStateException("expected a connection of Jetty that can be watched, found " + found);
        }
        ClientDeparture watched = new ClientDeparture(connection);
        watched.watch();
        return watched;
    }

    /** Completes if the client leaves. */
    public CompletionStage<Void> stage() {
        return departure;
    }

    private synchronized void watch() {
        if (!closed) {
            connection.tryFillInterested(Callback.from(this::look, this::failed));
        }
    }

    private synchronized void look() {
        if (closed) {
            return;
        }
        ByteBuffer read = BufferUtil.allocate(1);
        try {
            int bytes = connection.fill(read);
            if (bytes < 0) {
                departure.complete(null);
            } else if (bytes > 0) {
                hasReadAhead = true;
            } else {
                watch();
            }
        } catch (IOException e) {
            departure.complete(null);
        }
    }

    private void failed(Throwable cause) {
        if (cause instanceof TimeoutException) {
            // The connection is idle, as it should be.
            watch();
        } else if (!(cause instanceof CancellationException)) {
            departure.complete(null);
        }
    }

    /**
     * Stops watching.
     *
     * @return whether the connection can serve a next request; otherwise the response must close it
     */
    public synchronized boolean stop() {
        if (!closed) {
            closed = true;
            connection.getFillInterest().onFail(new CancellationException("the request is handled"));
        }
        return !hasReadAhead;
    }

    @Override
    public void close() {
        stop();
    }
}
