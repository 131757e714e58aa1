package io.lightflow.reports.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ProblemDetails.InvalidParameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** Reads the fields of a request's body, and collects all errors. A field that is null counts as missing. */
public final class BodyFields {
    private final JsonNode body;
    private final List<InvalidParameter> errors = new ArrayList<>();

    public BodyFields(JsonNode body) {
        this.body = body;
    }

    public JsonNode get(String name) {
        return body.path(name);
    }

    public boolean isMissing(String name) {
        return isMissing(get(name));
    }

    public static boolean isMissing(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /** @param of the object, such as "a campaign" */
    public void allowOnly(Collection<String> known, Collection<String> readOnly, String of) {
        body.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name) && !readOnly.contains(name)) {
                invalid(name, "omitted: the fields of " + of + " are " + String.join(", ", known));
            }
        });
    }

    public void invalid(String name, String allowed) {
        invalid(name, get(name), allowed);
    }

    /** @param path of the value in the body */
    public void invalid(String path, JsonNode value, String allowed) {
        errors.add(new InvalidParameter(
                path, value.isMissingNode() ? null : value.isTextual() ? value.asText() : value.toString(), allowed));
    }

    public int errors() {
        return errors.size();
    }

    /** @throws ProblemException with all errors, if there are any */
    public void check() {
        if (!errors.isEmpty()) {
            throw ProblemException.fields(errors);
        }
    }

    /** @param otherwise the default; null if the field is required */
    public String text(String name, String otherwise, String allowed, Predicate<String> check) {
        JsonNode value = get(name);
        if (otherwise != null && isMissing(value)) {
            return otherwise;
        }
        if (!value.isTextual() || !check.test(value.asText())) {
            invalid(name, allowed);
            return null;
        }
        return value.asText();
    }

    /** A string of printable characters. */
    public String name(String name, int maxCharacters) {
        return text(
                name,
                null,
                "a string of 1 to " + maxCharacters + " characters without control characters",
                text -> !text.isBlank()
                        && text.length() <= maxCharacters
                        && text.chars().noneMatch(Character::isISOControl));
    }

    /** The first value is the default. */
    public String oneOf(String name, List<String> allowed) {
        return text(name, allowed.get(0), "one of " + String.join(", ", allowed), allowed::contains);
    }

    public Long number(String name, long least, long most) {
        return number(body, name, name, least, most);
    }

    /**
     * @param path of the field in the body
     * @return null if it is missing or invalid
     */
    public Long number(JsonNode object, String name, String path, long least, long most) {
        JsonNode value = object.path(name);
        if (isMissing(value)) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
            invalid(path, value, "an integer from " + least + " to " + most);
            return null;
        }
        return value.asLong();
    }
}
