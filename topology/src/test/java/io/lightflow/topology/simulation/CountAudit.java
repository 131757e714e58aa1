package io.lightflow.topology.simulation;

import static io.lightflow.topology.simulation.Promise.require;
import static io.lightflow.topology.simulation.Promise.requireEqual;

import io.lightflow.event.AttributionKind;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.OutputEvent;
import io.lightflow.invariant.OutputReader;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.topology.postgres.WrittenRows.Row;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** Follows the ledger of the stats-counter, and counts the records that it has passed. */
final class CountAudit {
    private final JoinedLog joined;
    private final OutputReader reader;
    private final Map<Integer, Position> last = new HashMap<>();
    private final RowSums sums = new RowSums();

    CountAudit(JoinedLog joined, OutputReader reader) {
        this.joined = joined;
        this.reader = reader;
    }

    /** Checks the move of a shard. */
    void audit(ShardMove move) {
        int shard = move.shard();
        Position before = last.getOrDefault(shard, Position.START);
        Position after = move.next();
        last.put(shard, after);
        requireEqual(move.expected().topics(), before.topics(), "B: counting continues where it left off");
        require(after.watermark() >= before.watermark(), () -> "F: the counter's watermark goes back");
        require(after.books().balanced(), () -> "H: the counter's books do not balance: " + after.books());
        long counted = 0;
        for (Map.Entry<String, Integer> topic : joined.incarnations().entrySet()) {
            long from = before.nextOffset(topic.getKey(), topic.getValue());
            long to = after.nextOffset(topic.getKey(), topic.getValue());
            require(from <= to, () -> "B: the ledger of " + topic.getKey() + " goes back from " + from + " to " + to);
            for (OutputEvent output : joined.committed(topic.getKey(), shard, from, to)) {
                counted += count(reader.decode(output.value()));
            }
        }
        requireEqual(
                after.books().total(Entry.IN) - before.books().total(Entry.IN),
                counted,
                "H: every joined event counts");
    }

    private static String dataCenter(EventOrigin impression) {
        return impression.getTopic().substring(0, impression.getTopic().lastIndexOf('.'));
    }

    private int count(SpecificRecord record) {
        if (record instanceof JoinedImpression joinedImpression) {
            sums.add(
                    joinedImpression.getImpression(),
                    dataCenter(joinedImpression.getProvenance().getOrigin()),
                    joinedImpression.getProvenance().getInvalid());
        } else if (record instanceof JoinedClick click) {
            sums.add(
                    click.getClick(),
                    click.getImpression(),
                    dataCenter(click.getImpressionOrigin()),
                    click.getProvenance().getInvalid());
        } else if (record instanceof JoinedConversion conversion) {
            if (conversion.getAttribution() != AttributionKind.NONE) {
                sums.add(
                        conversion.getConversion(),
                        conversion.getImpression(),
                        dataCenter(conversion.getImpressionOrigin()),
                        conversion.getProvenance().getInvalid());
            }
        } else {
            return 0; // a beacon
        }
        return 1;
    }

    /** The rows that the tables must hold now. */
    Map<Row, Counts> rows() {
        return sums.rows();
    }
}
