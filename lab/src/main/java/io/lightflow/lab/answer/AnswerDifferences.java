package io.lightflow.lab.answer;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Describes the differences between a platform's results and the expected answer. */
public final class AnswerDifferences {
    /** The maximum number of differences of each kind to describe; further ones are counted. */
    private static final int NAMED = 20;

    private AnswerDifferences() {}

    /** Describes events that are missing, duplicated or have another outcome; both lists are sorted. */
    public static List<String> ofOutcomes(List<String> expected, List<String> found) {
        return ofLines("the joined topics", expected, found);
    }

    /** Describes lines that are missing or too many; both lists are sorted. */
    static List<String> ofLines(String where, List<String> expected, List<String> found) {
        List<String> missing = new ArrayList<>();
        List<String> tooMany = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < expected.size() || j < found.size()) {
            int order = i == expected.size()
                    ? 1
                    : j == found.size() ? -1 : expected.get(i).compareTo(found.get(j));
            if (order < 0) {
                missing.add("missing in " + where + ": " + expected.get(i++));
            } else if (order > 0) {
                tooMany.add("too many in " + where + ": " + found.get(j++));
            } else {
                i++;
                j++;
            }
        }
        List<String> differences = new ArrayList<>(few(missing));
        differences.addAll(few(tooMany));
        return differences;
    }

    /** Describes rows that are missing, superfluous or different. */
    public static List<String> ofMinutes(Map<StatisticsKey, Counts> expected, Map<StatisticsKey, Counts> found) {
        TreeSet<StatisticsKey> keys = new TreeSet<>(expected.keySet());
        keys.addAll(found.keySet());
        return few(keys.stream()
                .filter(key -> !Objects.equals(expected.get(key), found.get(key)))
                .map(key -> "minute row " + key + ": expected " + expected.get(key) + ", found " + found.get(key))
                .toList());
    }

    /** Describes entries of the books that differ. */
    public static List<String> ofBooks(Books expected, Books found) {
        List<String> differences = new ArrayList<>();
        for (EventType type : EventType.values()) {
            for (Entry entry : Entry.values()) {
                if (expected.get(type, entry) != found.get(type, entry)) {
                    differences.add("books, %s %s: expected %d, found %d"
                            .formatted(type.plural(), entry, expected.get(type, entry), found.get(type, entry)));
                }
            }
        }
        return differences;
    }

    /**
     * Describes entries of the books that differ, apart from repeats: senders that got no answer send an event again,
     * and each repeat is a duplicate that was read.
     */
    public static List<String> ofBooksBesideRepeats(Books expected, Books found) {
        Books.Editor withRepeats = expected.edit();
        for (EventType type : EventType.values()) {
            long repeats = Math.max(0, found.get(type, Entry.DUPLICATE) - expected.get(type, Entry.DUPLICATE));
            withRepeats.add(type, Entry.IN, repeats);
            withRepeats.add(type, Entry.DUPLICATE, repeats);
        }
        return ofBooks(withRepeats.done(), found);
    }

    private static List<String> few(List<String> all) {
        if (all.size() <= NAMED) {
            return all;
        }
        List<String> some = new ArrayList<>(all.subList(0, NAMED));
        some.add("... and " + (all.size() - NAMED) + " more like the last");
        return some;
    }
}
