package io.lightflow.reports.http;

import io.lightflow.reports.http.Problem.WrongParameter;
import java.util.List;

/** A request that is answered with a {@link Problem}. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public ProblemException(int status, String slug, String title, String detail) {
        this(Problem.of(status, slug, title, detail));
    }

    private ProblemException(Problem problem) {
        // No stack trace: it is an answer, made once for each wrong request.
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }

    /**
     * A parameter of path or query, or a header, is wrong.
     *
     * @param sent null if it is missing
     * @param allowed to complete "must be"
     */
    public static ProblemException parameter(String parameter, String sent, String allowed) {
        return new ProblemException(Problem.ofParameters(400, List.of(new WrongParameter(parameter, sent, allowed))));
    }

    /** Fields of the body are wrong. */
    public static ProblemException fields(List<WrongParameter> errors) {
        return new ProblemException(Problem.ofParameters(422, errors));
    }

    /** @param detail what body was expected and what came */
    public static ProblemException body(String detail) {
        return new ProblemException(400, "wrong-body", "The body of the request is wrong", detail);
    }

    public static ProblemException forbidden(String detail) {
        return new ProblemException(403, "forbidden", "This account may not do that", detail);
    }

    public static ProblemException notFound(String detail) {
        return new ProblemException(404, "not-found", "There is no such thing", detail);
    }

    static ProblemException unauthorized() {
        return new ProblemException(
                401,
                "unauthorized",
                "It is not known who asks",
                "send a bearer token that is known here, in the header Authorization");
    }
}
