package io.lightflow.registry.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Selects versions of many subjects.
 *
 * @param alsoSubjects match whatever their prefix
 * @param ruleType versions must have a rule of this type; empty for any version
 */
record VersionQuery(
        SubjectPrefix prefix,
        List<String> alsoSubjects,
        DeletedFilter deleted,
        Selection selection,
        Optional<String> ruleType) {
    /** Which versions of each subject. */
    enum Selection {
        EVERY,
        LATEST
    }

    /** The condition in SQL, on the tables of versions as {@code v} and of schemas as {@code s}. */
    String condition() {
        return "(" + prefix.condition() + (alsoSubjects.isEmpty() ? "" : " OR v.subject = ANY (?)") + ") AND "
                + deleted.condition() + latest()
                + (ruleType.isPresent()
                        ? " AND jsonb_path_exists(s.rule_set::jsonb, '$.*[*].type ? (@ == $type)',"
                                + " jsonb_build_object('type', ?::text))"
                        : "");
    }

    private String latest() {
        return selection == Selection.EVERY
                ? ""
                : " AND v.version = (SELECT max(l.version) FROM registry.versions l WHERE l.subject = v.subject"
                        + (deleted == DeletedFilter.EXCLUDED ? " AND NOT l.deleted" : "") + ")";
    }

    Object[] parameters(long offset, Long limit) {
        List<Object> parameters = new ArrayList<>(List.of(prefix.start()));
        if (!alsoSubjects.isEmpty()) {
            parameters.add(alsoSubjects.toArray(String[]::new));
        }
        ruleType.ifPresent(parameters::add);
        parameters.add(offset);
        parameters.add(limit);
        return parameters.toArray();
    }
}
