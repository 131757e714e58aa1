package io.lightflow.deploy.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The launch description of one process: everything needed to restart it. It is stored next to the pid file.
 *
 * @param name unique in the cluster; also the name of its directory
 * @param command program and arguments
 * @param environment the complete environment of the process; it inherits nothing, so that every start is the same
 * @param directory the process's directory, which is also its working directory
 * @param marker an argument of {@code command} that no other process on the machine has, which identifies the process
 * @param stopSignal the signal for an orderly stop
 * @param stopWithin how long an orderly stop may take before the process is killed
 * @param retryStartWhen a pattern of output for which a failed start is retried, because the cause is transient
 */
public record ProcessSpec(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path directory,
        String marker,
        Signal stopSignal,
        Duration stopWithin,
        Optional<Pattern> retryStartWhen) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Process name '" + name + "' does not match " + NAME);
        }
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("Process " + name + ": its directory " + directory + " is not absolute");
        }
        if (!command.contains(marker)) {
            throw new IllegalArgumentException(
                    "Process " + name + ": its marker '" + marker + "' is not an argument of its command " + command);
        }
        if (stopWithin.isNegative() || stopWithin.isZero()) {
            throw new IllegalArgumentException(
                    "Process " + name + ": stopWithin must be positive, but is " + stopWithin);
        }
    }

    /** A process that ends within ten seconds of SIGTERM. */
    static ProcessSpec of(
            String name, List<String> command, Map<String, String> environment, Path directory, String marker) {
        return new ProcessSpec(
                name, command, environment, directory, marker, Signal.TERM, Duration.ofSeconds(10), Optional.empty());
    }

    ProcessSpec stoppedBy(Signal signal, Duration within) {
        return new ProcessSpec(name, command, environment, directory, marker, signal, within, retryStartWhen);
    }

    ProcessSpec retriedWhen(String outputMatches) {
        return new ProcessSpec(
                name,
                command,
                environment,
                directory,
                marker,
                stopSignal,
                stopWithin,
                Optional.of(Pattern.compile(outputMatches)));
    }

    /** The description as JSON, for people and for tools that start the process by hand. */
    String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("command", command);
        json.put("environment", new TreeMap<>(environment));
        json.put("directory", directory.toString());
        json.put("stopSignal", "SIG" + stopSignal);
        json.put("stopWithinSeconds", stopWithin.toSeconds());
        try {
            return JSON.writeValueAsString(json) + System.lineSeparator();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Writing the launch description of " + name + " failed", e);
        }
    }
}
