package io.lightflow.reports.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The body of an answer that is not what was asked for, after RFC 9457.
 *
 * @param type a URI that names the kind of problem, for programs
 * @param title the kind of problem, for people
 * @param detail what is wrong this time and what to do
 * @param errors the parameters that are wrong; absent if it is not about parameters
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(String type, String title, int status, String detail, List<WrongParameter> errors) {
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final int MOST_SHOWN = 200;

    public Problem {
        errors = List.copyOf(errors);
    }

    /**
     * A parameter, and what is wrong with it.
     *
     * @param parameter name of a parameter of path or query, of a header, or path of a field in the body
     * @param sent what came; null if nothing did
     * @param allowed what may be sent
     */
    public record WrongParameter(
            String parameter,
            @JsonInclude(JsonInclude.Include.ALWAYS) String sent,
            String allowed) {
        public WrongParameter {
            if (sent != null && sent.length() > MOST_SHOWN) {
                sent = sent.substring(0, MOST_SHOWN) + "…";
            }
        }

        private String inWords() {
            return parameter + " must be " + allowed + (sent == null ? ", and is missing" : ", and is '" + sent + "'");
        }
    }

    static Problem of(int status, String slug, String title, String detail) {
        return new Problem("urn:lightflow:problem:" + slug, title, status, detail, List.of());
    }

    static Problem ofParameters(int status, List<WrongParameter> errors) {
        return new Problem(
                "urn:lightflow:problem:wrong-parameter",
                "A parameter is wrong",
                status,
                String.join("; ", errors.stream().map(WrongParameter::inWords).toList()),
                errors);
    }
}
