package io.lightflow.topology.enrichment;

/** A file that the section {@code enrichment} names cannot be used. */
public final class EnrichmentFileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EnrichmentFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
