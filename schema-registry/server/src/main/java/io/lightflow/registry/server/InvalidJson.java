package io.lightflow.registry.server;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Collection;

/** Says what is wrong with JSON from a client, in terms of JSON instead of this server's classes. */
final class InvalidJson {
    /** Jackson adds where a value started, with a hint to its own settings. */
    private static final String START_OF_VALUE = " [(]start marker at [^)]*[)][^)]*[)]";

    private InvalidJson() {}

    /** The reason why JSON cannot be parsed, or has a value of the wrong type. */
    static String reason(JacksonException e) {
        if (e instanceof MismatchedInputException mismatch) {
            return "expected " + expected(mismatch.getTargetType()) + path(mismatch);
        }
        if (e instanceof JsonMappingException mapping) {
            return "found an invalid value" + path(mapping);
        }
        return syntax(e);
    }

    private static String syntax(JacksonException e) {
        String message = e.getOriginalMessage().replaceAll(START_OF_VALUE, "");
        JsonLocation location = e instanceof JsonProcessingException parsing ? parsing.getLocation() : null;
        return location == null
                ? message
                : message + " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private static String expected(Class<?> type) {
        if (type == null) {
            return "another type";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type == Integer.class || type == int.class) {
            return "an integer";
        }
        if (type == String.class) {
            return "a string";
        }
        return Collection.class.isAssignableFrom(type) ? "an array" : "an object";
    }

    /** Such as " at references[0].version"; empty for the whole document. */
    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.isEmpty() ? "" : " at " + path;
    }
}
