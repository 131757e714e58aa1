package io.lightflow.reports.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code /openapi.json}: one document, composed of the features' parts. */
public final class OpenApi {
    private static final String FOLDER = "/io/lightflow/reports/openapi/";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

    private final ObjectNode document;

    /** @throws IllegalStateException if two features describe the same element, or a description is missing */
    public OpenApi(List<Feature> features) {
        document = read("reports.yaml", Map.of());
        for (Feature feature : features) {
            ObjectNode part = read(feature.description(), feature.descriptionValues());
            for (String key : List.of(
                    "/paths",
                    "/components/schemas",
                    "/components/parameters",
                    "/components/requestBodies",
                    "/components/responses")) {
                add(part.at(key), (ObjectNode) document.at(key), feature.description() + key);
            }
        }
    }

    private static void add(JsonNode part, ObjectNode whole, String from) {
        part.properties().forEach(field -> {
            if (whole.has(field.getKey())) {
                throw new IllegalStateException(
                        from + " describes " + field.getKey() + ", which another file already describes");
            }
            whole.set(field.getKey(), field.getValue());
        });
    }

    private static ObjectNode read(String file, Map<String, String> values) {
        try (InputStream in = OpenApi.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException("The description " + file + " is missing from this build");
            }
            // Jackson's parser would read an alias as a string.
            Object content = new Yaml(new SafeConstructor(new LoaderOptions()))
                    .load(filled(file, new String(in.readAllBytes(), StandardCharsets.UTF_8), values));
            return ReportsJson.MAPPER.valueToTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading " + file + " of the OpenAPI document failed", e);
        }
    }

    private static String filled(String file, String description, Map<String, String> values) {
        return PLACEHOLDER.matcher(description).replaceAll(found -> {
            String value = values.get(found.group(1));
            if (value == null) {
                throw new IllegalStateException(
                        file + " has the placeholder " + found.group() + ", expected one of " + values.keySet());
            }
            return Matcher.quoteReplacement(value);
        });
    }

    public void addTo(RoutesConfig routes) {
        byte[] bytes = ReportsJson.bytes(document);
        routes.get(
                "/openapi.json",
                context -> context.contentType(ReportsJson.CONTENT_TYPE).result(bytes),
                ReportsRole.OPEN);
    }
}
