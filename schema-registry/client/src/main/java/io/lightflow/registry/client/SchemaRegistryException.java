package io.lightflow.registry.client;

/** A schema could not be had or registered. The subclass says whether trying again can help. */
public abstract sealed class SchemaRegistryException extends RuntimeException
        permits SchemaNotFoundException,
                SchemaRejectedException,
                RegistryUnavailableException,
                UnexpectedAnswerException {
    private static final long serialVersionUID = 1L;

    SchemaRegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
