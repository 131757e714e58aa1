package io.lightflow.reports.http;

import io.javalin.http.Context;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Reads the query parameters of a request. Unknown parameters are rejected, so that a misspelt filter is not ignored.
 */
public final class Parameters {
    private final Map<String, List<String>> sent;

    private Parameters(Map<String, List<String>> sent) {
        this.sent = sent;
    }

    /** @throws ProblemException if another parameter was sent */
    public static Parameters of(Context context, String... known) {
        Map<String, List<String>> sent = context.queryParamMap();
        for (Map.Entry<String, List<String>> parameter : sent.entrySet()) {
            if (!Arrays.asList(known).contains(parameter.getKey())) {
                throw ProblemException.parameter(
                        parameter.getKey(),
                        String.join(", ", parameter.getValue()),
                        known.length == 0
                                ? "omitted: this path has no parameters"
                                : "omitted: the parameters of this path are " + new TreeSet<>(Arrays.asList(known)));
            }
        }
        return new Parameters(sent);
    }

    /** @throws ProblemException if the parameter was sent more than once, or empty */
    public Optional<String> text(String name) {
        List<String> values = sent.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw ProblemException.parameter(name, String.join(", ", values), "sent once");
        }
        if (values.size() == 1 && values.get(0).isEmpty()) {
            throw ProblemException.parameter(name, "", "omitted, or not empty");
        }
        return values.stream().findFirst();
    }

    /** Returns all values of a parameter that may be repeated. */
    public List<String> strings(String name) {
        return sent.getOrDefault(name, List.of());
    }

    public int number(String name, int least, int most, int otherwise) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        String allowed = "an integer from " + least + " to " + most;
        try {
            int number = Integer.parseInt(text.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw ProblemException.parameter(name, text.get(), allowed);
        }
        throw ProblemException.parameter(name, text.get(), allowed);
    }

    /** @param allowed lower-case words */
    public Optional<String> oneOf(String name, List<String> allowed) {
        Optional<String> text = text(name);
        if (text.isPresent() && !allowed.contains(text.get())) {
            throw ProblemException.parameter(name, text.get(), "one of " + String.join(", ", allowed));
        }
        return text;
    }

    public Optional<Instant> time(String name) {
        return text(name).map(text -> {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw ProblemException.parameter(
                        name,
                        text,
                        "a time with its offset, such as 2026-01-01T00:00:00Z or 2026-01-01T00:00:00%2B05:30");
            }
        });
    }
}
