package io.lightflow.topology.aerospike;

import static org.assertj.core.api.Assertions.assertThat;

import com.aerospike.client.IAerospikeClient;
import com.aerospike.client.Operation;
import com.aerospike.client.exp.Exp;
import com.aerospike.client.exp.ExpOperation;
import com.aerospike.client.exp.ExpReadFlags;
import io.lightflow.attribution.LastClick;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.Origin;
import io.lightflow.invariant.OutputReader;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.store.KeyDay;
import io.lightflow.store.StoreQuery;
import io.lightflow.topology.settings.AerospikeCluster;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A cookie with 100,000 impressions in one day. Skipped where there is no server; see {@link AerospikeServer}. */
final class AerospikeBotTest {
    private static final int IMPRESSIONS = 100_000;
    private static final int BLOCK = 10_000;
    private static final int CAP = JoinSettings.DEFAULT_ROW_CAP;
    private static final long MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final JoinSettings SETTINGS = JoinSettings.defaults("us");
    private static final byte[] JOIN_KEY = "bot".getBytes(StandardCharsets.UTF_8);
    private static AerospikeCluster cluster;

    private final TestSchemas schemas = new TestSchemas();

    @BeforeAll
    static void findServer() {
        cluster = AerospikeServer.cluster("bot");
    }

    @Test
    void aBotIsStoredUpToTheCapAndPutOutFlaggedAndCountedBeyondIt() {
        JoinStep step = new JoinStep(SETTINGS, new LastClick(), schemas.ids(), schemas);
        OutputReader reader = new OutputReader(schemas);
        Position position = Position.START;
        int flagged = 0;
        int putOut = 0;
        try (JoinStore store = AerospikeJoinStore.open(cluster, SETTINGS.retention())) {
            for (int from = 0; from < IMPRESSIONS; from += BLOCK) {
                StepResult result = step.run(position, block(from), 1 + from / BLOCK, store);
                store.write(List.of(result.write(0)));
                position = result.position();
                for (var output : result.outputs()) {
                    var seen = reader.read(output);
                    if (seen.outcome() != null) {
                        putOut++;
                        flagged += seen.provenance().getInvalid() ? 1 : 0;
                    }
                }
                assertThat(store.reader(0).read(ofTheDay()).daySizes())
                        .as("cells of the row of the day")
                        .containsExactly(CAP);
            }
        }
        Books books = position.books();
        assertThat(books.get(EventType.IMPRESSION, Entry.INVALID)).isEqualTo(IMPRESSIONS - CAP);
        assertThat(books.get(EventType.IMPRESSION, Entry.JOINED)).isEqualTo(IMPRESSIONS);
        assertThat(putOut).isEqualTo(IMPRESSIONS);
        assertThat(flagged).isEqualTo(IMPRESSIONS - CAP);
        assertThat(largestRecord()).isBetween(RecordLayout.MAX_RECORD_BYTES / 2, RecordLayout.MAX_RECORD_BYTES);
    }

    private static StoreQuery ofTheDay() {
        return new StoreQuery(List.of(), List.of(), List.of(new KeyDay(JOIN_KEY, KeyDay.dayOf(MIDNIGHT))));
    }

    private Block block(int from) {
        List<BlockEntry> entries = new ArrayList<>(BLOCK);
        for (int i = from; i < from + BLOCK; i++) {
            Impression impression = Impression.newBuilder()
                    .setId("impression-%020d".formatted(i))
                    .setTime(MIDNIGHT + i)
                    .setAdvertiserId("advertiser")
                    .setCampaignId("campaign")
                    .setCreativeId("creative")
                    .setPriceMicros(1_000)
                    .setCurrency("USD")
                    .setUserAgent("bot ".repeat(100))
                    .build();
            entries.add(SampleEvent.of(new String(JOIN_KEY, StandardCharsets.UTF_8), impression)
                    .at(new Origin(1, i)));
        }
        return new Block(
                0,
                List.of(new BlockPart("us.impressions", EventType.IMPRESSION, 1, from, from + BLOCK, false, entries)),
                0);
    }

    /** Bytes of the largest of the records that the row of the day is in. */
    private int largestRecord() {
        RecordLayout rows = new RecordLayout(cluster.namespace(), cluster.set(), SETTINGS.retention(), Instant::now);
        Operation size = ExpOperation.read("size", Exp.build(Exp.recordSize()), ExpReadFlags.DEFAULT);
        int largest = 0;
        try (IAerospikeClient client = AerospikeClients.connect(cluster, "server of the tests")) {
            byte[] row = DayRows.dayRow(KeyDay.dayOf(MIDNIGHT), JOIN_KEY);
            for (int part = 0; part < 3; part++) {
                var record = client.operate(null, rows.row(row, part), size);
                largest = record == null ? largest : Math.max(largest, record.getInt("size"));
            }
        }
        return largest;
    }
}
