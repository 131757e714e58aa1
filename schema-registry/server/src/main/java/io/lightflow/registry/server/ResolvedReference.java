package io.lightflow.registry.server;

/**
 * A reference to an existing version.
 *
 * @param reference the reference with a version number, even if {@code latest} was requested, and with its context
 * @param written the subject as the client wrote it
 * @param schemaId the id of that version's schema
 */
record ResolvedReference(Reference reference, String written, int schemaId) {}
