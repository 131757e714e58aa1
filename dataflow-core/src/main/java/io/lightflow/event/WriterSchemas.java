package io.lightflow.event;

import org.apache.avro.Schema;

/** Finds the schema that a record was written with. A port, implemented by the registry's client. Thread-safe. */
public interface WriterSchemas {

    /**
     * @return the schema; null if the registry does not know the id
     * @throws SchemasUnavailableException if the registry is unavailable now; the call may be retried
     */
    Schema byId(int id);

    /** The registry is unavailable now. Retryable. */
    final class SchemasUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public SchemasUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
