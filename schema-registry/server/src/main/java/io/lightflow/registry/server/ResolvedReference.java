package io.lightflow.registry.server;

/**
 * A reference to an existing version.
 *
 * @param reference the reference with a version number, even if {@code latest} was requested
 * @param schemaId the id of that version's schema
 */
record ResolvedReference(Reference reference, int schemaId) {}
