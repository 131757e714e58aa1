package io.lightflow.deploy.cluster;

/** The POSIX signals that the cluster sends to its processes. */
public enum Signal {
    /** Requests an orderly end. */
    TERM,
    /** Requests the end; PostgreSQL's fast shutdown, which does not wait for clients. */
    INT,
    /** Ends the process immediately, without cleanup. */
    KILL,
    /** Freezes the process, which keeps its connections and locks. */
    STOP,
    /** Resumes a frozen process. */
    CONT
}
