package io.lightflow.registry.server;

/**
 * A reference that leads somewhere.
 *
 * @param reference with the number of the version, where {@code latest} was asked for
 * @param schemaId what that version holds
 */
record ResolvedReference(Reference reference, int schemaId) {}
