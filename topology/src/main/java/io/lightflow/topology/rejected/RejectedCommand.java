package io.lightflow.topology.rejected;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow rejected}. */
@Command(
        name = "rejected",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "List, show or redrive the records that the join rejected.",
        subcommands = {
            RejectedCommand.ListCommand.class,
            RejectedCommand.ShowCommand.class,
            RejectedCommand.RedriveCommand.class
        })
public final class RejectedCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    private static String schema(OptionalInt id) {
        return id.isPresent() ? Integer.toString(id.getAsInt()) : "-";
    }

    /** {@code lightflow rejected list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Count the rejected records by topic, schema id and reason, the most frequent first.")
    static final class ListCommand implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private RejectedSelection selection;

        private record Kind(String topic, String schemaId, String reason) {}

        /** Mutable. */
        private static final class Span {
            long count;
            long firstMs = Long.MAX_VALUE;
            long lastMs = Long.MIN_VALUE;

            void add(long ms) {
                count++;
                firstMs = Math.min(firstMs, ms);
                lastMs = Math.max(lastMs, ms);
            }
        }

        @Override
        public Integer call() {
            Map<Kind, Span> kinds = new HashMap<>();
            new RejectedTopic(selection.settings()).read(selection, record -> kinds.computeIfAbsent(
                            new Kind(
                                    record.origin().getTopic(),
                                    schema(record.schemaId()),
                                    record.reasonWithoutNumbers()),
                            absent -> new Span())
                    .add(record.rejectedMs()));
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "%10s  %-24s  %-24s  %-24s  %11s  %s%n", "records", "first", "last", "topic", "schema", "reason");
            kinds.entrySet().stream()
                    .sorted(Comparator.comparingLong((Map.Entry<Kind, Span> kind) -> -kind.getValue().count)
                            .thenComparing(kind -> kind.getKey().toString()))
                    .forEach(kind -> out.printf(
                            "%10d  %-24s  %-24s  %-24s  %11s  %s%n",
                            kind.getValue().count,
                            Instant.ofEpochMilli(kind.getValue().firstMs),
                            Instant.ofEpochMilli(kind.getValue().lastMs),
                            kind.getKey().topic,
                            kind.getKey().schemaId,
                            kind.getKey().reason));
            out.flush();
            return 0;
        }
    }

    /** {@code lightflow rejected show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Print rejected records with their origins, reasons and bytes.")
    static final class ShowCommand implements Callable<Integer> {
        private static final int MAX_BYTES = 256;

        @Spec
        private CommandSpec spec;

        @Mixin
        private RejectedSelection selection;

        @Option(names = "--max", paramLabel = "N", defaultValue = "20", description = "At most N records. Default: 20.")
        private int max;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            long[] found = {0};
            new RejectedTopic(selection.settings()).read(selection, record -> {
                if (found[0]++ < max) {
                    print(out, record);
                }
            });
            out.println(
                    found[0] + " records match" + (found[0] > max ? ", of which the first " + max + " are shown" : ""));
            out.flush();
            return 0;
        }

        private static void print(PrintWriter out, RejectedRecord record) {
            out.println("shard " + record.shard() + ", rejected at " + Instant.ofEpochMilli(record.rejectedMs()));
            out.println("  origin  " + record.origin().getTopic() + "-"
                    + record.origin().getPartition() + " offset "
                    + record.origin().getOffset() + ", incarnation "
                    + Integer.toHexString(record.origin().getIncarnation()) + ", produced at "
                    + Instant.ofEpochMilli(record.event().getProvenance().getProducedMs()));
            out.println("  schema  " + schema(record.schemaId()));
            out.println("  reason  " + record.event().getReason());
            out.println("  key     " + key(record.key()));
            out.println("  value   " + hex(record.value()));
        }

        private static String key(byte[] key) {
            return key == null ? "none" : new String(head(key), StandardCharsets.UTF_8) + rest(key);
        }

        private static String hex(byte[] value) {
            return value == null ? "none" : HexFormat.of().formatHex(head(value)) + rest(value);
        }

        private static byte[] head(byte[] bytes) {
            return Arrays.copyOf(bytes, Math.min(bytes.length, MAX_BYTES));
        }

        private static String rest(byte[] bytes) {
            return bytes.length > MAX_BYTES ? "... (" + bytes.length + " bytes)" : "";
        }
    }

    /** {@code lightflow rejected redrive}. */
    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description = {
                "Send rejected records to their light topics again, such as after their schema was registered.",
                "A second redrive is harmless: the join decides duplicates by id."
            })
    static final class RedriveCommand implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private RejectedSelection selection;

        @Override
        public Integer call() {
            var settings = selection.settings();
            PrintWriter out = spec.commandLine().getOut();
            try (Redrive redrive = new Redrive(settings)) {
                new RejectedTopic(settings).read(selection, redrive::send);
                redrive.finish();
                for (String line : List.of(
                        redrive.sent() + " records were sent again",
                        redrive.repeated() + " more are equal to one of them",
                        redrive.unsendable() + " cannot be sent: they have no value, are larger than what was kept, or"
                                + " come from a topic that the group does not read")) {
                    out.println(line);
                }
                out.flush();
            }
            return 0;
        }
    }
}
