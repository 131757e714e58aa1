package io.lightflow.registry.server;

/** What became of a registration. */
record Registration(SubjectVersion version, Outcome outcome) {
    enum Outcome {
        CREATED,
        EXISTED
    }
}
