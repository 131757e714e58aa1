package io.lightflow.capture.http;

import io.netty.channel.Channel;

/** The state of a connection. The thread of its channel changes it; any thread reads it. */
final class Connection {
    private final Channel channel;
    private volatile long idleSinceNanos = System.nanoTime();
    private volatile int inFlight;
    private volatile boolean http2;

    Connection(Channel channel) {
        this.channel = channel;
    }

    Channel channel() {
        return channel;
    }

    void useHttp2() {
        http2 = true;
    }

    boolean isHttp2() {
        return http2;
    }

    /** A whole request has arrived. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void begin() {
        inFlight++;
    }

    /** Its response was sent. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void end() {
        inFlight--;
        idleSinceNanos = System.nanoTime();
    }

    boolean isIdle() {
        return inFlight == 0;
    }

    /** Whether no whole request has arrived for a time. A client that sends one byte a second is idle. */
    boolean isIdleLongerThan(long nanos) {
        return isIdle() && System.nanoTime() - idleSinceNanos > nanos;
    }
}
