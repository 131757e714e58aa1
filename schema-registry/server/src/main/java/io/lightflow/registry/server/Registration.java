package io.lightflow.registry.server;

/** The result of a registration. */
record Registration(SubjectVersion version, Outcome outcome) {
    enum Outcome {
        CREATED,
        EXISTED
    }

    static Registration created(SubjectVersion version) {
        return new Registration(version, Outcome.CREATED);
    }

    static Registration existed(SubjectVersion version) {
        return new Registration(version, Outcome.EXISTED);
    }
}
