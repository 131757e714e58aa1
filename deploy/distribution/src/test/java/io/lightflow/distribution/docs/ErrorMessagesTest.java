package io.lightflow.distribution.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.distribution.docs.Documents.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The messages that {@code docs/operating/errors.md} explains are those of the code. */
class ErrorMessagesTest {
    /** An entry of the page: a message in which an ellipsis stands for what varies. */
    private static final Pattern ENTRY = Pattern.compile("- `([^`]+)`: .*");

    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final int SHORTEST_PART = 5;

    @Test
    void everyMessageIsInTheCode() throws IOException {
        String code = code();
        List<String> unknown = new ArrayList<>();
        int entries = 0;
        for (Line line : Documents.lines(Documents.PROJECT.resolve("docs/operating/errors.md"))) {
            Matcher entry = ENTRY.matcher(line.text());
            if (!entry.matches()) {
                continue;
            }
            entries++;
            for (String part : entry.group(1).split("…")) {
                if (part.strip().length() >= SHORTEST_PART && !code.contains(part.strip())) {
                    unknown.add(line.place() + " " + part.strip());
                }
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(entries).isGreaterThan(50);
    }

    /** All main code, with the strings joined that it joins. */
    private static String code() throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.find(
                Documents.PROJECT,
                30,
                (path, attributes) ->
                        path.toString().endsWith(".java") && path.toString().contains("/src/main/java/"))) {
            for (Path file : files.toList()) {
                code.append(Files.readString(file)).append('\n');
            }
        }
        return CONCATENATION.matcher(code).replaceAll("").replace("\\\"", "\"");
    }
}
