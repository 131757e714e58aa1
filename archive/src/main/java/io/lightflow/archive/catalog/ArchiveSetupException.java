package io.lightflow.archive.catalog;

/** The archive's catalog or storage cannot be set up as the settings say. */
public final class ArchiveSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ArchiveSetupException(String message, Throwable cause) {
        super(message, cause);
    }
}
