package io.lightflow.reports.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;

/**
 * Reads and writes JSON for all paths: names in snake_case, times as ISO 8601, and integers never as floating point.
 */
public final class ReportsJson {
    public static final String CONTENT_TYPE = "application/json";

    /** Thread-safe. */
    public static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ReportsJson() {}

    /** Responds with the function's result as JSON. */
    public static Handler handler(Function<Context, Object> function) {
        return context -> write(context, function.apply(context));
    }

    public static void write(Context context, Object body) {
        context.contentType(CONTENT_TYPE).result(bytes(body));
    }

    static void write(Context context, ProblemDetails problem) {
        context.status(problem.status())
                .contentType(ProblemDetails.CONTENT_TYPE)
                .result(bytes(problem));
    }

    public static byte[] bytes(Object body) {
        try {
            return MAPPER.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Writing a response as JSON failed", e);
        }
    }

    /** Reads the body of a request, which must be a JSON object with one of these content types. */
    public static JsonNode object(Context context, String... contentTypes) {
        String found = context.contentType();
        if (found == null
                || !Arrays.asList(contentTypes)
                        .contains(found.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
            throw new ProblemException(
                    415,
                    "unsupported-media-type",
                    "The content type is not supported",
                    "the header Content-Type must be " + String.join(" or ", contentTypes) + ", but "
                            + (found == null ? "is missing" : "is " + found));
        }
        try {
            JsonNode body = MAPPER.readTree(context.bodyAsBytes());
            if (!body.isObject()) {
                throw ProblemException.body("expected a JSON object, found "
                        + body.getNodeType().name().toLowerCase(Locale.ROOT));
            }
            return body;
        } catch (JacksonException e) {
            throw ProblemException.body("expected JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }
}
