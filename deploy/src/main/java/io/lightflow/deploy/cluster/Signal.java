package io.lightflow.deploy.cluster;

/** The POSIX signals that the cluster sends to its processes. */
public enum Signal {
    /** Asks to end in an orderly way. */
    TERM,
    /** Asks to end; PostgreSQL's fast shutdown, which does not wait for its clients. */
    INT,
    /** Ends at once; the process cannot tidy up. */
    KILL,
    /** Freezes the process, which keeps its connections and its locks. */
    STOP,
    /** Lets a frozen process go on. */
    CONT
}
