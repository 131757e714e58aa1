package io.lightflow.event;

import org.apache.avro.Schema;

/** Finds the schema that a record was written with. A port: the registry's client is behind it. Thread-safe. */
public interface WriterSchemas {

    /**
     * @return the schema; null if the registry does not know the id
     * @throws SchemasUnavailableException if the registry does not answer now; may be repeated
     */
    Schema byId(int id);

    /** The registry does not answer now. Retryable. */
    final class SchemasUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public SchemasUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
