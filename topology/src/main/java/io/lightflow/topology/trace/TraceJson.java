package io.lightflow.topology.trace;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Instant;
import java.util.List;

/** Writes traces for programs: their fields by name, times in ISO 8601; what is unknown has no field. */
public final class TraceJson {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
            .registerModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance));

    private TraceJson() {}

    /** An array with an object for each trace. */
    public static String write(List<IdTrace> traces) {
        try {
            return JSON.writeValueAsString(traces);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a trace consists of values that JSON can hold", e);
        }
    }
}
