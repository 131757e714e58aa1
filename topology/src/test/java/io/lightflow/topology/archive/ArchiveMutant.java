package io.lightflow.topology.archive;

import static net.bytebuddy.matcher.ElementMatchers.named;

import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;

/** Deliberate defects of the archive's commits, one at a time. */
enum ArchiveMutant {
    ANY_PARENT(
            50,
            "a snapshot follows whatever snapshot is the newest, and carries a ledger that may be older",
            "io.lightflow.archive.commit.SnapshotCommits",
            Advice.to(AnyParent.class).on(named("follows"))),

    DELETES_ON_FAILURE(
            14,
            "after a failed commit, Iceberg deletes the manifests, also if the commit was made",
            "io.lightflow.archive.commit.SnapshotCommits",
            Advice.to(Deletes.class).on(named("discard"))),

    ANY_POSITION(
            0,
            "a commit moves a shard from wherever the ledger is, and whoever has opened the shard since",
            "io.lightflow.archive.commit.TableSink",
            Advice.to(Skipped.class).on(named("requireUnmoved"))),

    LEDGER_APART(
            0,
            "snapshots hold no ledger",
            "io.lightflow.archive.commit.TableLedger",
            Advice.to(NoProperties.class).on(named("encode"))),

    FRESH_FILES_CLEANED(
            0,
            "the clean-up deletes files of any age",
            "io.lightflow.archive.commit.OrphanFiles",
            Advice.to(Always.class).on(named("isOld"))),

    NOTHING_REACHABLE(
            0,
            "the clean-up deletes old files without a look at the table",
            "io.lightflow.archive.commit.OrphanFiles",
            Advice.to(Nothing.class).on(named("reachable")));

    private final long schedule;
    private final String breaks;
    private final String type;
    private final AsmVisitorWrapper change;

    /** @param schedule a schedule that catches it */
    ArchiveMutant(long schedule, String breaks, String type, AsmVisitorWrapper change) {
        this.schedule = schedule;
        this.breaks = breaks;
        this.type = type;
        this.change = change;
    }

    long schedule() {
        return schedule;
    }

    String breaks() {
        return breaks;
    }

    Map<String, AsmVisitorWrapper> changes() {
        return Map.of(type, change);
    }

    /** Advice. */
    static final class AnyParent {
        private AnyParent() {}

        @Advice.OnMethodExit
        static void leave(@Advice.Return(readOnly = false) SnapshotAncestryValidator result) {
            result = SnapshotAncestryValidator.NON_VALIDATING;
        }
    }

    /** Advice. */
    static final class Deletes {
        private Deletes() {}

        @Advice.OnMethodExit
        static void leave(@Advice.FieldValue("table") Table table, @Advice.Argument(0) String file) {
            table.io().deleteFile(file);
        }
    }

    /** Advice. */
    static final class Skipped {
        private Skipped() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean isSkipped() {
            return true;
        }
    }

    /** Advice. */
    static final class NoProperties {
        private NoProperties() {}

        @Advice.OnMethodExit
        static void leave(@Advice.Return(readOnly = false) Map<String, String> result) {
            result = Map.of();
        }
    }

    /** Advice. */
    static final class Always {
        private Always() {}

        @Advice.OnMethodExit
        static void leave(@Advice.Return(readOnly = false) boolean result) {
            result = true;
        }
    }

    /** Advice. */
    static final class Nothing {
        private Nothing() {}

        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean isSkipped() {
            return true;
        }

        @Advice.OnMethodExit
        static void leave(@Advice.Return(readOnly = false) java.util.Set<String> result) {
            result = java.util.Set.of();
        }
    }
}
