package io.lightflow.registry.server;

/** A version of a subject, in the field names of the API. */
record SubjectVersion(String subject, int id, int version, String schema) {}
