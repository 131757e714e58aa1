package io.lightflow.deploy.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A file that a shell reads to know the stack's servers, whose ports differ at each start. */
final class StackAddresses {
    private static final String NAME = "addresses.sh";
    private static final String PREFIX = "LIGHTFLOW_";

    private StackAddresses() {}

    /**
     * Writes the file of a stack that runs.
     *
     * @param values by the name of the variable, without its prefix
     */
    static void write(Path data, Map<String, String> values) {
        String exports = values.entrySet().stream()
                .map(value -> "export " + PREFIX + value.getKey() + "='" + value.getValue() + "'\n")
                .collect(Collectors.joining());
        Path fresh = data.resolve(NAME + ".new");
        try {
            Files.writeString(
                    fresh,
                    "# The servers of the local stack, while it runs. Read by a shell: . " + NAME + "\n" + exports);
            Files.move(fresh, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The addresses of the stack cannot be written to " + data + ": " + e, e);
        }
    }

    /** The name of a data center as part of a variable's name. */
    static String variable(String server, String dc) {
        return server + "_" + dc.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The servers no longer run. */
    static void delete(Path data) {
        try {
            Files.deleteIfExists(data.resolve(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException("The addresses of the stack cannot be removed from " + data + ": " + e, e);
        }
    }
}
