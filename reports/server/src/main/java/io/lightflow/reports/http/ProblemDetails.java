package io.lightflow.reports.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The body of an error response (RFC 9457).
 *
 * @param type a URI that identifies the kind of problem, for programs
 * @param title the kind of problem, for people
 * @param detail the specific error and its remedy
 * @param errors the invalid parameters; absent for other problems
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ProblemDetails(String type, String title, int status, String detail, List<InvalidParameter> errors) {
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final int MAX_SHOWN = 200;

    public ProblemDetails {
        errors = List.copyOf(errors);
    }

    /**
     * An invalid parameter.
     *
     * @param parameter name of a path or query parameter or of a header, or path of a field in the body
     * @param sent the value that was sent; null if it was missing
     * @param allowed the allowed values
     */
    public record InvalidParameter(
            String parameter,
            @JsonInclude(JsonInclude.Include.ALWAYS) String sent,
            String allowed) {
        public InvalidParameter {
            if (sent != null && sent.length() > MAX_SHOWN) {
                sent = sent.substring(0, MAX_SHOWN) + "…";
            }
        }

        private String message() {
            return parameter + " must be " + allowed + (sent == null ? ", but is missing" : ", but is '" + sent + "'");
        }
    }

    static ProblemDetails of(int status, String slug, String title, String detail) {
        return new ProblemDetails("urn:lightflow:problem:" + slug, title, status, detail, List.of());
    }

    static ProblemDetails ofParameters(int status, List<InvalidParameter> errors) {
        return new ProblemDetails(
                "urn:lightflow:problem:wrong-parameter",
                "A parameter is invalid",
                status,
                String.join("; ", errors.stream().map(InvalidParameter::message).toList()),
                errors);
    }
}
