package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/** Reads requests and writes JSON responses, for all paths. */
final class RegistryJson {
    static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    private static final Set<String> ACCEPTED_TYPES =
            Set.of(CONTENT_TYPE, "application/vnd.schemaregistry+json", "application/json", "application/octet-stream");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private RegistryJson() {}

    private record Failure(int error_code, String message) {}

    /** Responds with the function's result as JSON. */
    static Handler json(Function<Context, Object> handler) {
        return context -> {
            String type = acceptedType(context);
            context.contentType(type).result(JSON.writeValueAsBytes(handler.apply(context)));
        };
    }

    /** Responds with the function's result, which is JSON already. */
    static Handler raw(Function<Context, String> handler) {
        return context -> {
            String type = acceptedType(context);
            context.contentType(type).result(handler.apply(context));
        };
    }

    private static String acceptedType(Context context) {
        return AcceptedType.of(context.header("Accept")).orElseThrow(ApiException::notAcceptable);
    }

    /** Responds with JSON, whatever the client accepts: it is about the server, or the reason of a failure. */
    static void write(Context context, Object body) throws JsonProcessingException {
        context.contentType(AcceptedType.of(context.header("Accept")).orElse(CONTENT_TYPE))
                .result(JSON.writeValueAsBytes(body));
    }

    /** The body of a failure that has no path, such as a broken escape in a URL. */
    static String failure(int status, String message) {
        return tree(new Failure(status, "HTTP " + status + " " + message)).toString();
    }

    static void fail(Context context, int status, int errorCode, String message) {
        try {
            context.status(status);
            write(context, new Failure(errorCode, message));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Writing an error as JSON failed", e);
        }
    }

    static <T> T body(Context context, Class<T> type) {
        requireJson(context.contentType());
        try {
            JsonNode body = JSON.readTree(context.bodyAsBytes());
            if (!body.isObject()) {
                throw ApiException.invalidBody("expected an object");
            }
            requireStorable(body);
            return JSON.treeToValue(body, type);
        } catch (JacksonException e) {
            throw ApiException.unwrapped(e).orElseGet(() -> ApiException.invalidBody(InvalidJson.reason(e)));
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }

    private static void requireStorable(JsonNode value) {
        if (value.isTextual()) {
            requireStorable(value.textValue());
        }
        value.properties().forEach(member -> requireStorable(member.getKey()));
        value.forEach(RegistryJson::requireStorable);
    }

    /** PostgreSQL stores no NUL, and UTF-8 no half of a surrogate pair. */
    private static void requireStorable(String text) {
        if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw ApiException.badRequest("The request has a NUL character or half of a surrogate pair. Remove it");
        }
    }

    /** Rejects query parameters that the database cannot compare. */
    static void checkQuery(Context context) {
        context.queryParamMap().values().forEach(values -> values.forEach(RegistryJson::requireStorable));
    }

    static ObjectNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    private static void requireJson(String contentType) {
        if (contentType != null
                && !ACCEPTED_TYPES.contains(contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))) {
            throw ApiException.unsupportedMediaType();
        }
    }

    /** Whether a query parameter is present and true. */
    static boolean flag(Context context, String name) {
        return "true".equalsIgnoreCase(context.queryParam(name));
    }

    static DeletedFilter deleted(Context context) {
        if (flag(context, "deletedOnly")) {
            return DeletedFilter.ONLY;
        }
        return flag(context, "deleted") ? DeletedFilter.INCLUDED : DeletedFilter.EXCLUDED;
    }

    static PageRequest page(Context context) {
        Long limit = number(context, "limit");
        Long offset = number(context, "offset");
        // Confluent's clients send -1 for no limit.
        return new PageRequest(offset == null ? 0 : offset, limit == null || limit < 0 ? null : limit);
    }

    private static Long number(Context context, String name) {
        String text = context.queryParam(name);
        try {
            return text == null ? null : Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw ApiException.badRequest(name + " must be an integer, but is '" + text + "'");
        }
    }

    static int id(Context context) {
        String text = context.pathParam("id");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw ApiException.notFound();
        }
    }
}
