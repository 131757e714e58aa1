package io.lightflow.deploy.reconcile;

import io.lightflow.topology.certificate.HourNotClosedException;

/** The archive does not hold the hour yet. The message names the table that lags. */
public final class HourNotArchivedException extends HourNotClosedException {
    private static final long serialVersionUID = 1L;

    HourNotArchivedException(String message) {
        super(message);
    }
}
