package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.HOUR;
import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.SECOND;
import static io.lightflow.invariant.JoinScenario.click;
import static io.lightflow.invariant.JoinScenario.conversion;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WireFormat;
import io.lightflow.invariant.OutputReader.DecodedOutput;
import io.lightflow.join.FormerSchemas;
import io.lightflow.join.OtherBuildStore;
import io.lightflow.join.OtherBuildStore.Build;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invariant J: a stored body is read with the schema that it was written with, whichever build reads it. */
class StoredSchemasTest {
    private final TestSchemas schemas = new TestSchemas();
    private final OtherBuildStore store = new OtherBuildStore();
    private final JoinScenario scenario = new JoinScenario(JoinScenario.shortWindows(), store, schemas);

    /** A build with other schemas. */
    enum Other {
        FORMER(null),
        NEWER(EvolvedSchemas::withMoreFields),
        OLDER(EvolvedSchemas::withRequiredFieldsOnly),
        REORDERED(EvolvedSchemas::withReversedFields);

        private final UnaryOperator<Schema> change;

        Other(UnaryOperator<Schema> change) {
            this.change = change;
        }

        Build build(TestSchemas schemas) {
            return change == null ? OtherBuildStore.FORMER : OtherBuildStore.withSchemas(schemas, change);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStoredImpressionJoinsAClickOfThisBuild(Other other) {
        store.writeAs(other.build(schemas));
        SampleEvent impression = impression("i", 1);
        scenario.read(impression);
        store.writeAs(OtherBuildStore.CURRENT);
        scenario.append(click("c", 2, "i"));
        List<DecodedOutput> outputs = scenario.run().commit(scenario.block());
        assertThat(outputs).hasSize(1);
        Impression expected = Impression.newBuilder((Impression) impression.record())
                .setRegion(other == Other.OLDER ? "" : ((Impression) impression.record()).getRegion())
                .build();
        assertThat(((JoinedClick) outputs.get(0).record()).getImpression()).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void aStoredClickWaitsForAnImpressionOfThisBuild(Other other) {
        store.writeAs(other.build(schemas));
        SampleEvent click = click("c", 2, "i");
        scenario.read(click, conversion("v", 3));
        store.writeAs(OtherBuildStore.CURRENT);
        scenario.append(impression("i", 1));
        List<DecodedOutput> outputs = scenario.run().commit(scenario.block());
        assertThat(ShardRun.outcomes(outputs))
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"));
        assertThat(outputs)
                .extracting(DecodedOutput::record)
                .filteredOn(JoinedClick.class::isInstance)
                .extracting(record -> ((JoinedClick) record).getClick())
                .containsExactly((Click) click.record());
        assertThat(scenario.watermark(HOUR)).containsExactly(Outcome.toClick(KEY, "v", "c", "i", 1));
    }

    @ParameterizedTest
    @EnumSource
    void aViewOfAnotherBuildIsAttributed(Other other) {
        store.writeAs(other.build(schemas));
        scenario.read(impression("i", 1), conversion("v", 3));
        store.writeAs(OtherBuildStore.CURRENT);
        assertThat(scenario.watermark(HOUR)).containsExactly(Outcome.toView(KEY, "v", "i"));
    }

    @Test
    void everyMixtureOfBuildsGivesTheAnswerOfBruteForce() {
        Seeds.each(300, seed -> {
            Random random = new Random(seed);
            Stream stream = StreamGenerator.stream(seed);
            TestSchemas mixed = new TestSchemas();
            OtherBuildStore mixedStore = new OtherBuildStore();
            List<Build> builds = List.of(
                    OtherBuildStore.CURRENT,
                    Other.NEWER.build(mixed),
                    Other.OLDER.build(mixed),
                    Other.REORDERED.build(mixed));
            // No build of the first format follows one of a later format.
            mixedStore.writeAs(random.nextBoolean() ? OtherBuildStore.FORMER : OtherBuildStore.CURRENT);
            ShardRun run = new ShardRun(stream.settings(), mixedStore, mixed);
            Interleaving interleaving = new Interleaving(stream.topics(), random);
            while (!interleaving.isDone(run.position())) {
                run.commit(interleaving.next(run.position()));
                if (random.nextInt(3) == 0) {
                    run.takeOver();
                    mixedStore.writeAs(builds.get(random.nextInt(builds.size())));
                }
            }
            run.assertAnswers(stream);
        });
    }

    @Test
    void aReplayByAnotherBuildMayWriteAnotherBodyForTheSameEvent() {
        scenario.append(click("c", 2, "i"));
        store.writeAs(Other.NEWER.build(schemas));
        var attempt = scenario.run().attempt(scenario.run().position(), scenario.block());
        scenario.run().write(attempt);
        scenario.run().takeOver();
        store.writeAs(Other.OLDER.build(schemas));
        assertThat(scenario.read()).isEmpty();
        assertThat(scenario.read(impression("i", 1)))
                .containsExactly(Outcome.click(KEY, "c", "i"), Outcome.impression(KEY, "i"));
    }

    @Test
    void aClickIsSetAsideIfItsImpressionCannotBeRead() {
        store.writeAs(without("campaignId"));
        scenario.read(impression("i", 1));
        store.writeAs(OtherBuildStore.CURRENT);
        SampleEvent click = click("c", 2, "i");
        scenario.append(click);
        List<DecodedOutput> outputs = scenario.run().commit(scenario.block());
        RejectedEvent rejected = (RejectedEvent) outputs.get(0).record();
        assertThat(rejected.getReason())
                .startsWith("expected a stored impression that resolves to the current schema, found i of schema ")
                .contains("campaignId");
        assertThat(rejected.getProvenance().getOrigin().getTopic()).isEqualTo("eu.clicks");
        assertThat(rejected.getValue().array())
                .isEqualTo(WireFormat.value(schemas.id(Click.getClassSchema()), click.body()));
        assertRejectedOnce(EventType.CLICK);
    }

    @Test
    void aWaitingClickThatCannotBeReadIsSetAsideAtItsDeadline() {
        store.writeAs(without("landingPage", "advertiserId"));
        scenario.read(click("c", 2 * SECOND, "i"));
        store.writeAs(OtherBuildStore.CURRENT);
        assertThat(scenario.watermark(HOUR)).isEmpty();
        assertThat(scenario.run().position().books().get(EventType.CLICK, Entry.WAITING))
                .isEqualTo(1);
        scenario.watermark(HOUR + 3 * SECOND);
        assertRejectedOnce(EventType.CLICK);
        scenario.watermark(9 * HOUR);
        assertRejectedOnce(EventType.CLICK);
    }

    @Test
    void aWaitingClickThatCannotBeReadIsSetAsideWhenItsImpressionArrives() {
        store.writeAs(without("advertiserId"));
        scenario.read(click("c", 2 * SECOND, "i"));
        store.writeAs(OtherBuildStore.CURRENT);
        assertThat(scenario.read(impression("i", 1))).containsExactly(Outcome.impression(KEY, "i"));
        assertRejectedOnce(EventType.CLICK);
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aConversionThatCannotBeReadIsSetAsideWhenItIsDecided() {
        store.writeAs(without("advertiserId"));
        scenario.read(conversion("v", 3));
        store.writeAs(OtherBuildStore.CURRENT);
        assertThat(scenario.watermark(HOUR)).isEmpty();
        assertRejectedOnce(EventType.CONVERSION);
        assertThat(scenario.watermark(9 * HOUR)).isEmpty();
    }

    @Test
    void aBodyOfAnUnknownSchemaIsSetAsideWithItsSchemaId() {
        TestSchemas unknown = new TestSchemas();
        unknown.register(Click.getClassSchema());
        store.writeAs(OtherBuildStore.withSchemas(unknown, EvolvedSchemas::withMoreFields));
        scenario.read(click("c", 2 * SECOND, "i"));
        scenario.watermark(2 * HOUR);
        RejectedEvent rejected =
                (RejectedEvent) scenario.run().committed().get(0).record();
        assertThat(rejected.getReason()).isEqualTo("expected a stored click of a registered schema, found schema 14");
        assertThat(WireFormat.schemaId(rejected.getValue().array())).isEqualTo(14);
        assertRejectedOnce(EventType.CLICK);
    }

    @Test
    void theFormerSchemasAreThoseOfTheFirstFormat() {
        assertThat(FormerSchemas.of(EventType.IMPRESSION).getFields()).hasSize(17);
        assertThat(FormerSchemas.of(EventType.CLICK).getFields()).hasSize(9);
        assertThat(FormerSchemas.of(EventType.CONVERSION).getFields()).hasSize(8);
        assertThat(FormerSchemas.of(EventType.IMPRESSION).getFullName()).isEqualTo(Impression.class.getName());
    }

    private Build without(String... fields) {
        return OtherBuildStore.withSchemas(schemas, schema -> EvolvedSchemas.without(schema, Set.of(fields)));
    }

    private void assertRejectedOnce(EventType type) {
        Books books = scenario.run().position().books();
        assertThat(books.get(type, Entry.REJECTED)).isEqualTo(1);
        assertThat(books.get(type, Entry.WAITING)).isZero();
        assertThat(scenario.run().committed())
                .filteredOn(output -> output.record() instanceof RejectedEvent)
                .hasSize(1);
    }
}
