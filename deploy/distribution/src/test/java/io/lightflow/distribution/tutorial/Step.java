package io.lightflow.distribution.tutorial;

import io.lightflow.distribution.docs.Documents;
import io.lightflow.distribution.docs.Documents.Line;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A code block of the tutorial.
 *
 * @param section the heading above it, without its number
 * @param place where it is, for messages
 * @param file the name of the file to save it as; empty for commands
 * @param text the commands, or the content of the file
 * @param output the printed output of the commands; empty if none is printed
 */
record Step(String section, String place, String file, String text, List<String> output) {
    private static final Pattern HEADING = Pattern.compile("#+ (\\d+\\. )?(.*)");
    private static final Pattern FILE = Pattern.compile(".*[Ss]ave it as `([^`]+)`:");
    private static final String COMMANDS = "sh";
    private static final String OUTPUT = "text";

    /** The steps of a document, in its order. */
    static List<Step> of(Path document) {
        List<Step> steps = new ArrayList<>();
        String section = "";
        String file = "";
        Line previous = null;
        for (Line line : Documents.lines(document)) {
            boolean begins = line.language() != null && (previous == null || previous.language() == null);
            Matcher heading = HEADING.matcher(line.text());
            Matcher name = FILE.matcher(line.text());
            if (line.language() == null) {
                section = heading.matches() ? heading.group(2) : section;
                file = name.matches() ? name.group(1) : file;
            } else if (line.language().equals(OUTPUT)) {
                steps.add(last(steps).withOutput(line.text()));
            } else if (begins) {
                steps.add(new Step(
                        section,
                        line.place(),
                        line.language().equals(COMMANDS) ? "" : file,
                        line.text() + "\n",
                        List.of()));
            } else {
                steps.add(last(steps).with(line.text()));
            }
            previous = line;
        }
        return steps;
    }

    private static Step last(List<Step> steps) {
        return steps.remove(steps.size() - 1);
    }

    private Step with(String line) {
        return new Step(section, place, file, text + line + "\n", output);
    }

    private Step withOutput(String line) {
        return new Step(
                section,
                place,
                file,
                text,
                Stream.concat(output.stream(), Stream.of(line)).toList());
    }

    /** The same without the lines that begin with a command. */
    Step without(String command) {
        String rest = text.lines()
                .filter(line -> !line.startsWith(command))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        return new Step(section, place, file, rest, output);
    }

    /** Whether these lines contain the printed ones in their order; "…" stands for anything. */
    boolean isPrintedIn(String actual) {
        List<String> rest = actual.lines().toList();
        for (String expected : output) {
            Pattern pattern = Pattern.compile(
                    Stream.of(expected.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
            int at = 0;
            while (at < rest.size() && !pattern.matcher(rest.get(at)).matches()) {
                at++;
            }
            if (at == rest.size()) {
                return false;
            }
            rest = rest.subList(at + 1, rest.size());
        }
        return true;
    }
}
