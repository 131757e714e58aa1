package io.lightflow.registry.server;

/** A request that is answered with an error of the Confluent API. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final int errorCode;

    private ApiException(int status, int errorCode, String message) {
        // No stack trace: it is an answer, made once for each wrong request.
        super(message, null, false, false);
        this.status = status;
        this.errorCode = errorCode;
    }

    int status() {
        return status;
    }

    int errorCode() {
        return errorCode;
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, 400, message);
    }

    static ApiException subjectNotFound(String subject) {
        return new ApiException(404, 40401, "Subject '" + subject + "' not found.");
    }

    static ApiException versionNotFound(String subject, int version) {
        return new ApiException(404, 40402, "Version " + version + " of subject '" + subject + "' not found.");
    }

    static ApiException schemaNotFound(String what) {
        return new ApiException(404, 40403, "Schema " + what + " not found.");
    }

    static ApiException compatibilityNotConfigured(String subject) {
        return new ApiException(
                404, 40408, "Subject '" + subject + "' does not have subject-level compatibility configured");
    }

    static ApiException incompatible(String message) {
        return new ApiException(409, 409, message);
    }

    static ApiException invalidSchema(String message) {
        return new ApiException(422, 42201, message);
    }

    static ApiException invalidVersion(String version) {
        return new ApiException(
                422,
                42202,
                "The specified version '" + version
                        + "' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"");
    }

    static ApiException invalidCompatibility(String level) {
        return new ApiException(
                422,
                42203,
                "Invalid compatibility level '" + level + "'. Valid values are NONE, BACKWARD, FORWARD, FULL,"
                        + " BACKWARD_TRANSITIVE, FORWARD_TRANSITIVE, and FULL_TRANSITIVE");
    }

    static ApiException notPermitted(String message) {
        return new ApiException(422, 42205, message);
    }

    static ApiException invalidSubject(String message) {
        return new ApiException(422, 42208, message);
    }
}
