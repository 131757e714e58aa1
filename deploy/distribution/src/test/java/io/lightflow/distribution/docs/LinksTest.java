package io.lightflow.distribution.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.distribution.docs.Documents.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every relative link of the documents leads to a file and a heading; lines and the README stay short. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final int README_WORDS = 900;
    private static final int LINE_LENGTH = 140;

    private final Map<Path, Set<String>> anchors = new HashMap<>();

    @Test
    void everyRelativeLinkLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path file : Documents.all()) {
            for (Line line : Documents.lines(file)) {
                if (line.language() != null) {
                    continue;
                }
                Matcher matcher = LINK.matcher(CODE.matcher(line.text()).replaceAll(""));
                while (matcher.find()) {
                    links++;
                    if (!leadsSomewhere(file, matcher.group(1))) {
                        broken.add(line.place() + " " + matcher.group(1));
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(100);
    }

    private boolean leadsSomewhere(Path from, String link) {
        if (link.startsWith("https://") || link.startsWith("http://")) {
            return true;
        }
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? from : from.resolveSibling(path).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        return hash < 0 || anchors.computeIfAbsent(target, LinksTest::anchorsOf).contains(link.substring(hash + 1));
    }

    /** As GitHub makes them: lower case, without punctuation, hyphens for spaces. */
    private static Set<String> anchorsOf(Path file) {
        Set<String> found = new HashSet<>();
        for (Line line : Documents.lines(file)) {
            if (line.language() == null && line.text().matches("#{1,6} .*")) {
                String anchor = line.text()
                        .replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .strip()
                        .replace(' ', '-');
                for (int copy = 1; !found.add(copy == 1 ? anchor : anchor + "-" + (copy - 1)); copy++) {
                    // Headings of the same words are numbered.
                }
            }
        }
        return found;
    }

    @Test
    void noLineIsLongerThanTheScreen() {
        List<String> tooLong = Documents.all().stream()
                .flatMap(file -> Documents.lines(file).stream())
                .filter(line -> line.text().length() > LINE_LENGTH)
                .map(Line::place)
                .toList();
        assertThat(tooLong).isEmpty();
    }

    @Test
    void theReadmeHasAtMostNineHundredWords() {
        String readme = Documents.read(Documents.PROJECT.resolve("README.md"));
        assertThat(readme.strip().split("\\s+").length).isLessThanOrEqualTo(README_WORDS);
    }
}
