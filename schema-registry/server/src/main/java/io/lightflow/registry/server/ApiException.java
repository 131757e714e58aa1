package io.lightflow.registry.server;

import java.util.List;
import java.util.Optional;

/** A request that fails with an error of the Confluent API. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int INVALID_SCHEMA = 42201;

    private final int status;
    private final int errorCode;

    private ApiException(int status, int errorCode, String message) {
        // No stack trace: each invalid request creates one as its response.
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

    /** The failure that a value's constructor threw while JSON was read. */
    static Optional<ApiException> unwrapped(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApiException) {
                return Optional.of((ApiException) cause);
            }
        }
        return Optional.empty();
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, 400, message);
    }

    /** @param reason completes "The body of the request is not valid: " */
    static ApiException invalidBody(String reason) {
        return badRequest("The body of the request is not valid: " + reason);
    }

    static ApiException unauthorized() {
        return new ApiException(
                401, 40101, "Unauthorized: send the name and password of a known user, or a known bearer token");
    }

    static ApiException forbidden(String message) {
        return new ApiException(403, 40301, message);
    }

    /** For a path that cannot exist. */
    static ApiException notFound() {
        return new ApiException(404, 404, "HTTP 404 Not Found");
    }

    static ApiException subjectNotFound(String subject) {
        return new ApiException(404, 40401, "Subject '" + subject + "' not found.");
    }

    static ApiException versionNotFound(int version) {
        return new ApiException(404, 40402, "Version " + version + " not found.");
    }

    static ApiException schemaNotFound() {
        return new ApiException(404, 40403, "Schema not found");
    }

    static ApiException schemaNotFound(String what) {
        return new ApiException(404, 40403, "Schema " + what + " not found.");
    }

    static ApiException subjectSoftDeleted(String subject) {
        return new ApiException(
                404, 40404, "Subject '" + subject + "' was soft deleted.Set permanent=true to delete permanently");
    }

    static ApiException subjectNotSoftDeleted(String subject) {
        return new ApiException(
                404, 40405, "Subject '" + subject + "' was not deleted first before being permanently deleted");
    }

    static ApiException versionSoftDeleted(String subject, int version) {
        return new ApiException(
                404,
                40406,
                "Subject '" + subject + "' Version " + version
                        + " was soft deleted. Set permanent=true to delete permanently");
    }

    static ApiException versionNotSoftDeleted(String subject, int version) {
        return new ApiException(
                404,
                40407,
                "Subject '" + subject + "' Version " + version
                        + " was not deleted first before being permanently deleted");
    }

    static ApiException compatibilityNotConfigured(String subject) {
        return new ApiException(
                404, 40408, "Subject '" + subject + "' does not have subject-level compatibility configured");
    }

    static ApiException modeNotConfigured(String subject) {
        return new ApiException(404, 40409, "Subject '" + subject + "' does not have subject-level mode configured");
    }

    static ApiException tooManyRequests(String client) {
        return new ApiException(
                429,
                42901,
                "Too many requests: " + client + " sends more per second than maxRequestsPerSecond allows. Retry in a"
                        + " second");
    }

    static ApiException incompatible(String message) {
        return new ApiException(409, 40901, message);
    }

    static ApiException unsupportedMediaType() {
        return new ApiException(415, 415, "HTTP 415 Unsupported Media Type");
    }

    static ApiException invalidSchema(String message) {
        return new ApiException(422, INVALID_SCHEMA, message);
    }

    boolean isInvalidSchema() {
        return errorCode == INVALID_SCHEMA;
    }

    static ApiException schemaTypeNotSupported(String type) {
        return invalidSchema("Schema type " + type + " is not supported: this registry stores AVRO. Keep schemas of"
                + " other types in another registry");
    }

    static ApiException tagChangesNotSupported() {
        return invalidSchema("schemaTagsToAdd and schemaTagsToRemove are not supported: send the schema with the tags"
                + " that it should have, or use metadata");
    }

    static ApiException versionIsNotNext(String subject, int given, int next) {
        return invalidSchema("Version is not one more than previous version: expected " + next + " of subject '"
                + subject + "', found " + given);
    }

    static ApiException notAcceptable() {
        return new ApiException(406, 406, "HTTP 406 Not Acceptable");
    }

    static ApiException referenceNotFound(Reference reference) {
        return invalidSchema(
                "Invalid AVRO schema. Error: it references version " + reference.version() + " of subject '"
                        + reference.subject() + "' for " + reference.name()
                        + ", which does not exist. Register that version first");
    }

    static ApiException invalidVersion(String version) {
        return new ApiException(
                422,
                42202,
                "The specified version '" + version
                        + "' is not a valid version id. Allowed values are between [1, 2^31-1] and the string"
                        + " \"latest\"");
    }

    static ApiException invalidCompatibility() {
        return new ApiException(
                422,
                42203,
                "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive,"
                        + " forward_transitive, and full_transitive");
    }

    static ApiException invalidCompatibilityPolicy(String policy) {
        return new ApiException(
                422,
                42203,
                "The compatibility policy '" + policy + "' is not supported. Valid values are STRICT and LENIENT,"
                        + " which are the same for Avro");
    }

    static ApiException invalidMode(String mode) {
        return new ApiException(
                422,
                42204,
                "Invalid mode '" + mode
                        + "'. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, IMPORT, and FORWARD");
    }

    static ApiException forwardModeOfSubject() {
        return new ApiException(422, 42204, "Forward mode only supported on global level");
    }

    static ApiException notPermitted(String message) {
        return new ApiException(422, 42205, message);
    }

    static ApiException idInUse(ParsedSchema schema) {
        return notPermitted("Schema " + schema.schema().getFullName() + " has the id " + schema.id()
                + ", which another schema already uses: ids are 31 bits of a hash of the schema."
                + " Any change to the schema, such as to a doc, gives it another id.");
    }

    static ApiException idOfAnother(int given, int derived) {
        return notPermitted("Overwriting the schema with the id " + given
                + " is not permitted: the schema of this request" + " has the id " + derived);
    }

    static ApiException versionInUse(String subject, int version, int id, SubjectVersion existing) {
        return notPermitted("Schema " + id + " cannot become version " + version + " of subject '" + subject
                + "': schema " + existing.id() + " is already version " + existing.version() + " of it."
                + " Nothing is overwritten. Permanently delete that version first, or register without a version");
    }

    static ApiException referenceExists(SubjectVersion version, List<Integer> referrers) {
        return new ApiException(
                422,
                42206,
                "One or more references exist to version " + version.version() + " of subject '" + version.subject()
                        + "', by the schemas with the ids " + referrers + ". Delete those first");
    }

    static ApiException idDoesNotMatch(int given, int derived) {
        return new ApiException(
                422,
                42207,
                "Expected the id " + derived + " of the schema, found " + given
                        + ": ids are derived from the schema's content, so that they are the same in every registry."
                        + " Send the id " + derived
                        + ", or register without an id in mode READWRITE. Records that carry " + given
                        + " cannot be read with ids of this registry");
    }

    static ApiException invalidSubject(String message) {
        return new ApiException(422, 42208, message);
    }

    static ApiException invalidRuleSet(String message) {
        return new ApiException(422, 42210, message);
    }

    static ApiException contextNotEmpty(String prefix, String subject) {
        return new ApiException(
                422,
                42211,
                "The context '" + prefix + "' is not empty: it has the subject '" + subject
                        + "'. Permanently delete its subjects first");
    }
}
