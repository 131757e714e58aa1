package io.lightflow.deploy.reconcile;

import java.io.PrintStream;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Prints a reconciliation for operators. */
public final class ReconciliationText {
    private ReconciliationText() {}

    public static void print(Reconciliation result, PrintStream out) {
        out.println("group " + result.group() + ", events of " + result.hour() + " to "
                + result.hour().plus(1, ChronoUnit.HOURS) + ": "
                + (result.equal() ? "EQUAL" : result.differenceCount() + " DIFFERENCES"));
        tables(result, out);
        events(result, out);
        postgres(result.postgres(), out);
        result.notes().forEach(note -> out.println("  " + note));
        result.named().forEach(difference -> out.println("  DIFFERENCE " + difference));
        long more = result.differenceCount() - result.named().count();
        if (more > 0) {
            out.println("  ... and " + more + " more");
        }
    }

    private static void tables(Reconciliation result, PrintStream out) {
        out.printf("  %-18s %12s %12s %12s%n", "table", "topics", "compared", "beyond");
        for (TableComparison.Result table : result.tables()) {
            out.printf(
                    Locale.ROOT,
                    "  %-18s %12d %12d %12d  %s%n",
                    table.table(),
                    table.topics().rows(),
                    table.archive().rows(),
                    table.notCompared(),
                    verdict(table.differenceCount()));
            table.notes().forEach(note -> out.println("    " + note));
        }
    }

    private static void events(Reconciliation result, PrintStream out) {
        out.printf(
                "  %-18s %12s %12s %9s %12s %9s %9s %9s %9s%n",
                "light events", "in", "joined", "orphaned", "unattributed", "rejected", "duplicate", "waiting", "lost");
        for (OutcomeComparison.Result type : result.events()) {
            out.printf(
                    Locale.ROOT,
                    "  %-18s %12d %12d %9d %12d %9d %9d %9d %9d  %s%n",
                    type.type().plural(),
                    type.in(),
                    type.joined(),
                    type.orphaned(),
                    type.unattributed(),
                    type.rejected(),
                    type.duplicate(),
                    type.waiting(),
                    type.lost(),
                    verdict(type.differenceCount()));
        }
    }

    private static void postgres(StatisticsComparison.Result rows, PrintStream out) {
        if (rows == null) {
            return;
        }
        out.println("  PostgreSQL: " + rows.sums() + " sums by campaign and currency of " + rows.tables()
                + " compared with the joined events of " + rows.groups() + " (" + rows.joined() + "): "
                + verdict(rows.differenceCount()));
        rows.notes().forEach(note -> out.println("    " + note));
    }

    private static String verdict(long differences) {
        return differences == 0 ? "equal" : differences + " DIFFERENCES";
    }
}
