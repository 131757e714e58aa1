package io.lightflow.reports.http;

import io.javalin.http.Context;
import io.lightflow.reports.http.ProblemDetails.InvalidParameter;
import java.util.List;

/** A request that fails with {@link ProblemDetails}. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ProblemDetails problem;

    public ProblemException(int status, String slug, String title, String detail) {
        this(ProblemDetails.of(status, slug, title, detail));
    }

    private ProblemException(ProblemDetails problem) {
        // No stack trace: each invalid request creates one as its response.
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    ProblemDetails problem() {
        return problem;
    }

    /**
     * A path or query parameter, or a header, is invalid.
     *
     * @param sent null if the parameter is missing
     * @param allowed to complete "must be"
     */
    public static ProblemException parameter(String parameter, String sent, String allowed) {
        return new ProblemException(
                ProblemDetails.ofParameters(400, List.of(new InvalidParameter(parameter, sent, allowed))));
    }

    /** Fields of the body are invalid. */
    public static ProblemException fields(List<InvalidParameter> errors) {
        return new ProblemException(ProblemDetails.ofParameters(422, errors));
    }

    /** @param detail the expected and the actual body */
    public static ProblemException body(String detail) {
        return new ProblemException(400, "wrong-body", "The body of the request is invalid", detail);
    }

    public static ProblemException forbidden(String detail) {
        return new ProblemException(403, "forbidden", "This account may not do that", detail);
    }

    public static ProblemException notFound(String detail) {
        return new ProblemException(404, "not-found", "The resource does not exist", detail);
    }

    /** The client may repeat the request in a second. */
    public static ProblemException tooManyRequests(Context context, String detail) {
        context.header("Retry-After", "1");
        return new ProblemException(429, "too-many-requests", "Too many requests", detail + ": retry in a second");
    }

    static ProblemException unauthorized() {
        return new ProblemException(
                401,
                "unauthorized",
                "Authentication is required",
                "send a known bearer token in the header Authorization");
    }
}
