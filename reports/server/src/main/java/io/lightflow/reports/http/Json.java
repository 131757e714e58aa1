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
 * JSON in and out, the same for all paths: names in snake_case, times as ISO 8601, no floating point where there was
 * none.
 */
public final class Json {
    public static final String CONTENT_TYPE = "application/json";

    /** Thread-safe. */
    public static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /** Answers with what the function returns, as JSON. */
    public static Handler answer(Function<Context, Object> handler) {
        return context -> write(context, handler.apply(context));
    }

    public static void write(Context context, Object body) {
        context.contentType(CONTENT_TYPE).result(bytes(body));
    }

    static void write(Context context, Problem problem) {
        context.status(problem.status()).contentType(Problem.CONTENT_TYPE).result(bytes(problem));
    }

    public static byte[] bytes(Object body) {
        try {
            return MAPPER.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Writing an answer as JSON failed", e);
        }
    }

    /** The body of a request, which must be one JSON object with one of these content types. */
    public static JsonNode object(Context context, String... contentTypes) {
        String found = context.contentType();
        if (found == null
                || !Arrays.asList(contentTypes)
                        .contains(found.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
            throw new ProblemException(
                    415,
                    "unsupported-media-type",
                    "The content type is not supported",
                    "the header Content-Type must be " + String.join(" or ", contentTypes) + ", and "
                            + (found == null ? "is missing" : "is " + found));
        }
        try {
            JsonNode body = MAPPER.readTree(context.bodyAsBytes());
            if (!body.isObject()) {
                throw ProblemException.body("a JSON object was expected, and came was "
                        + body.getNodeType().name().toLowerCase(Locale.ROOT));
            }
            return body;
        } catch (JacksonException e) {
            throw ProblemException.body("JSON was expected: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }
}
