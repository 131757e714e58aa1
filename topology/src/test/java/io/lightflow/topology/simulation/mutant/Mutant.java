package io.lightflow.topology.simulation.mutant;

import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.returns;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import io.lightflow.enrichment.EventEnricher;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventRules;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.join.JoinStep;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.position.ProducerClocks;
import io.lightflow.position.Visibility;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.StatisticsStep;
import io.lightflow.store.EventCell;
import io.lightflow.traffic.TrafficJudge;
import java.util.LinkedHashMap;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.asm.MemberSubstitution;

/**
 * The mutants: deliberate defects of the platform, one at a time. A mutant that the first schedules do not catch
 * records the seed of one that does. {@code lab/simulate --mutants} searches for another after a change to the
 * schedules.
 */
public enum Mutant {
    TXIDS_INSTEAD_OF_OFFSETS(
            "a batch counts as done if its txid is not above the ledger's, and is processed whole otherwise,"
                    + " whatever its offsets",
            changed(JoinStep.class.getName(), Advice.to(JoinByTxid.class).on(named("run"))),
            changed("io.lightflow.join.BlockJoin", nothingSkippedIn("ingestEvents")),
            changed(
                    StatisticsStep.class.getName(),
                    nothingSkippedIn("run"),
                    Advice.to(CountByTxid.class).on(named("run")))),

    NO_GHOST_RULE(
            "every cell in the store counts, also those of attempts that never committed",
            changed(
                    Visibility.class.getName(),
                    Advice.to(EverythingVisible.class).on(named("isVisible")))),

    GHOST_RULE_WITHOUT_THE_BLOCK(
            "an impression or tag counts only if it was committed, not if it came earlier in this very block",
            changed(
                    "io.lightflow.join.KeyState",
                    Advice.to(Skipped.class).on(named("addImpression").or(named("addTag"))))),

    DUPLICATES_WITHOUT_ORIGIN(
            "a tag whose id has any cell is a duplicate, also if the cell is its own, left by an attempt that failed"
                    + " (tags, since their cells serve this test only)",
            changed(
                    "io.lightflow.join.Cells",
                    Advice.to(TagsVisible.class).on(named("isVisible").and(takesArgument(0, EventCell.class))))),

    WAITING_CLICKS_DELETED_BEFORE_COMMIT(
            "a click that waited is deleted when its impression is written, and there again as a joined one after the"
                    + " commit (the store port knows no deletion: done by the fake store)",
            "WAITING_CLICKS_DELETED"),

    EVENTS_NOT_SYNCED(
            6,
            "a write is acknowledged with its mark when its rows are durable, and before its impressions and tags are"
                    + " (done by the fake store)",
            "EVENTS_NOT_SYNCED"),

    WATERMARK_NOT_STORED(
            "the ledger holds no watermark, so that whoever opens a shard begins without one",
            changed(
                    PositionCodec.class.getName(),
                    Advice.to(WithoutWatermark.class).on(named("encode")))),

    LEDGER_NOT_ATOMIC(
            "the outputs are committed first, and the ledger is moved by a call of its own (done by the fake sinks)",
            "LEDGER_NOT_ATOMIC"),

    NO_FENCING(
            "whoever once opened a shard may commit to it for ever, from wherever he believes it to be (done by the"
                    + " fake sinks)",
            "NO_FENCING"),

    JOINT_WRITERS_NOT_FENCED(
            "whoever opens a shard does not fence the writer with which its former owner commits several shards (done"
                    + " by the fake sinks)",
            "JOINT_WRITERS_NOT_FENCED"),

    ANY_WRITER_SHOWS_A_TAKEOVER(
            1490,
            "an owner whose takeover was forgotten takes that of another owner for its own, since the positions are the"
                    + " same (done by the fake sinks)",
            "ANY_WRITER_SHOWS_A_TAKEOVER"),

    ROWS_NOT_IN_KEY_ORDER(
            10,
            "the statistics rows of a commit are written in the order of a hash table",
            changed(
                    "io.lightflow.topology.postgres.StatisticsRows",
                    Advice.to(OrderKept.class).on(named("sorted")))),

    ANY_STORE(
            "whatever store is found is taken for that of the ledger",
            changed(
                    "io.lightflow.identity.StoreIdentity",
                    Advice.to(EveryStoreMatches.class).on(named("mismatch")))),

    STORE_WITHOUT_AGE(
            8,
            "the sequence of a store does not rise, so an older copy has the mark that the ledger expects",
            changed(
                    "io.lightflow.position.StoreVersion",
                    Advice.to(SameVersion.class).on(named("next")))),

    LEDGER_BEHIND_ITS_STORE(
            62,
            "marks above the ledger's are overlooked, so a ledger that was set back emits events again",
            changed(
                    "io.lightflow.identity.StoreIdentity",
                    Advice.to(NoLaterMarks.class).on(named("marksAround")))),

    REBUILT_WITHOUT_CELLS(
            "a rebuilt store gets its mark, but not the cells of the events below the ledger",
            changed(
                    "io.lightflow.rebuild.ShardRebuild",
                    Advice.to(Skipped.class).on(named("write")))),

    STORED_BODIES_WITHOUT_SCHEMA(
            "a stored body is taken for one of the compiled schema, whichever build wrote it",
            changed(
                    "io.lightflow.join.StoredBodies",
                    Advice.to(CompiledSchema.class).on(named("writer")))),

    REGISTRY_WITHOUT_ANSWER(
            21,
            "a registry that gives no answer is taken for one that does not know the schema",
            changed(
                    "io.lightflow.join.StoredBodies",
                    Advice.to(NoAnswerIsUnknown.class).on(named("writer")))),

    RULES_OF_TODAY(
            18,
            "today's windows and disorder apply to stored events, not those of their arrival",
            changed(
                    "io.lightflow.join.StoredCells",
                    Advice.to(EverythingVisible.class).on(named("isToday")))),

    VERDICT_NOT_STORED(
            "a stored click or impression has lost the verdict of its arrival",
            changed(
                    "io.lightflow.join.CellValue",
                    Advice.to(VerdictForgotten.class).on(named("readTraffic")))),

    DELAYS_NOT_STORED(
            139,
            "a stored click or conversion is joined without the least delays of its arrival",
            changed(
                    "io.lightflow.join.CellValue",
                    Advice.to(DelaysForgotten.class).on(named("readDelays")))),

    PLACEMENT_DELAYS_NOT_STORED(
            435,
            "a stored impression has lost the least delay of clicks in its placement",
            changed(
                    "io.lightflow.join.CellValue",
                    Advice.to(PlacementDelayForgotten.class).on(named("readImpressionFacts")))),

    STORED_IMPRESSIONS_ENRICHED_ANEW(
            19,
            "what joins a stored impression carries it as today's data fills it, not as it was emitted",
            changed(
                    EventEnricher.class.getName(),
                    Advice.to(EnrichedAnew.Start.class).on(isConstructor())),
            changed(
                    "io.lightflow.join.StoredBodies",
                    Advice.to(EnrichedAnew.Output.class).on(named("compiled")))),

    STACKED_WITHIN_THE_BLOCK(
            1667,
            "only impressions of the same block count as stacked",
            changed("io.lightflow.join.KeyState", Advice.to(Skipped.class).on(named("requestAround")))),

    STACKED_ON_PREFETCHES(
            339,
            "a prefetched impression counts as stacked like one that was shown",
            changed(
                    TrafficJudge.class.getName(),
                    MemberSubstitution.relaxed()
                            .method(named("get").and(returns(boolean.class)))
                            .stub()
                            .on(named("shownIn")))),

    CELLS_WITHOUT_TAKEOVER(
            "cells do not tell which attempt wrote them",
            changed("io.lightflow.join.BlockJoin", Advice.to(NoTakeover.class).on(named("takeover")))),

    TAKEOVER_NOT_AWAITED(
            292,
            "an attempt writes cells although the commit of its number may be forgotten",
            changed(
                    "io.lightflow.topology.dataflow.DataflowLoop",
                    Advice.to(Skipped.class).on(named("awaitTakeovers")))),

    NO_TOMBSTONES(
            278,
            "an event that is not stored leaves no tombstone, so that the cell of an earlier attempt becomes visible",
            changed("io.lightflow.join.Tombstones", Advice.to(Never.class).on(named("hides")))),

    DUPLICATES_NOT_HIDDEN(
            1711,
            "a duplicate with another time leaves no tombstone, so that a read by time finds the cell of an earlier"
                    + " attempt",
            changed("io.lightflow.join.KeyJoin", Advice.to(Skipped.class).on(named("hideDuplicate")))),

    GHOSTS_FILL_A_DAY(
            13,
            "the upper bound of a day's size decides whether the day is full, so that ghosts count",
            changed("io.lightflow.join.KeyState", Advice.to(Skipped.class).on(named("countCrowdedDays")))),

    COPIES_BEYOND_THE_CAP(
            18,
            "a copy of an event beyond the row cap is emitted again if it comes in a later block",
            changed("io.lightflow.join.Tombstones", Advice.to(Never.class).on(named("isEmitted")))),

    DUPLICATES_WITHIN_THE_BLOCK(
            "a copy is a duplicate only if the original comes in the same block",
            changed("io.lightflow.join.KeyState", Advice.to(Skipped.class).on(named("requestId")))),

    AGE_WITHIN_THE_BLOCK(
            280,
            "only what is newer within its own block makes an event too old",
            changed("io.lightflow.join.BlockJoin", Advice.to(NoNewestTime.class).on(named("newestBefore")))),

    AMOUNTS_NOT_BOUNDED(
            "an event with an amount above the bound is accepted",
            changed(EventRules.class.getName(), Advice.to(Skipped.class).on(named("checkMoney")))),

    IDS_NOT_BOUNDED(
            "an event with an id beyond the bound is accepted",
            changed(EventRules.class.getName(), Advice.to(Skipped.class).on(named("checkLength")))),

    STRINGS_NOT_BOUNDED(
            18,
            "an event with a string beyond the bound is accepted",
            changed(LightEventDecoder.class.getName(), Advice.to(Skipped.class).on(named("longString")))),

    FUTURE_OF_THE_RECORD(
            "an event or a beacon far after the time of its record is accepted",
            changed(EventRules.class.getName(), Advice.to(Skipped.class).on(named("isBadTime")))),

    FUTURE_OF_THE_READER(
            "an event far after the reader's clock is accepted",
            changed(LightEventDecoder.class.getName(), Advice.to(Skipped.class).on(named("isAheadOfReader")))),

    TIMERS_OF_TODAY(
            "the search for due timers ends at today's longest wait after the watermark",
            changed(
                    "io.lightflow.join.BlockJoin",
                    Advice.to(TimersOfToday.class).on(named("lastDue")))),

    WATERMARK_BEYOND_ITS_TIMERS(
            12,
            "a step that fires only the first of many timers moves the watermark over the others",
            changed(
                    "io.lightflow.join.BlockJoin",
                    Advice.to(FullWatermark.class).on(named("moveWatermarkTo")))),

    KEYS_AHEAD_NOT_STORED(
            2286,
            "the ledger does not hold which keys have fired their timers beyond the watermark",
            changed(
                    PositionCodec.class.getName(),
                    Advice.to(WithoutKeysAhead.class).on(named("encode")))),

    KEYS_AHEAD_DECIDE_AGAIN(
            14,
            "an event of a key that has fired its timers beyond the watermark meets the key at the watermark",
            changed(
                    Position.class.getName(),
                    Advice.to(WatermarkOfTheShard.class).on(named("watermarkOf")))),

    SUMS_WRAP_AROUND(
            24,
            "a sum of money that exceeds 64 bits loses its carry",
            changed(Counts.class.getName(), Advice.to(Skipped.class).on(named("overflows")))),

    FAILING_EVENTS_DROPPED(
            "an event on which the step fails is left out, and is not rejected",
            changed(JoinStep.class.getName(), Advice.to(EventLeftOut.class).on(named("setAside")))),

    WHOLE_BLOCKS_SET_ASIDE(
            "all events of a block in which one makes the step fail are rejected",
            changed(
                    "io.lightflow.join.RecordIsolator",
                    Advice.to(EveryEventBlamed.class).on(named("isBlamed")))),

    WATERMARK_OF_THE_FASTEST_CLOCK(
            "a topic-partition follows the producer whose beacons are furthest ahead",
            changed(
                    ProducerClocks.class.getName(),
                    Advice.to(FastestClock.class).on(named("reached")))),

    PRODUCERS_NEVER_LEAVE(
            95,
            "a producer that is gone holds the watermark for ever",
            changed(
                    ProducerClocks.Clock.class.getName(),
                    Advice.to(NeverSilent.class).on(named("later")))),

    FIRST_PRODUCERS_WAIT(
            303398,
            "the first producers have no say for a minute either, so the first of them that has it is alone",
            changed(ProducerClocks.class.getName(), Advice.to(NoneIsFirst.class).on(named("first"))),
            changed(
                    ProducerClocks.Clock.class.getName(),
                    Advice.to(SilenceIsAbsence.class).on(named("hasSay")))),

    SLOW_CLOCK_COUNTS(
            25,
            "a clock far behind most of the others holds the watermark as long as it is wrong",
            changed(ProducerClocks.class.getName(), Advice.to(Skipped.class).on(named("isSlow")))),

    CLOCKS_NOT_STORED(
            "the ledger holds no clocks of producers, so that after a restart the next event moves the watermark",
            changed(
                    PositionCodec.class.getName(),
                    Advice.to(WithoutClocks.class).on(named("encode")))),

    LEADER_EPOCHS_NOT_STORED(
            "the ledger holds no leader epochs, so that records in the place of lost ones are taken for read",
            changed(PositionCodec.class.getName(), Advice.to(Skipped.class).on(named("appendEpochs")))),

    LATER_LEADERS_IGNORED(
            698,
            "a block that begins below the ledger counts as read up to there, whichever leader wrote it",
            changed(
                    "io.lightflow.topology.loop.OverlappingBlocks",
                    Advice.to(Skipped.class).on(named("requireKnownLeaders")))),

    LARGE_COMMIT_NOT_SPLIT(
            5,
            "a commit that exceeds its time-out is repeated as it is",
            changed(Block.class.getName(), Advice.to(NotHalved.class).on(named("halves")))),

    IDLE_BEFORE_ITS_LAST_RECORD(
            1289,
            "a part that is split is idle although records of it follow, so the watermark passes them",
            changed(BlockPart.class.getName(), Advice.to(IdleAsBefore.class).on(named("first"))));

    private final long caughtBy;
    private final String breaks;
    private final String flaw;
    private final Map<String, AsmVisitorWrapper> changes = new LinkedHashMap<>();

    private record Change(String className, AsmVisitorWrapper how) {}

    Mutant(String breaks, Change... changed) {
        this(0, breaks, changed);
    }

    Mutant(long caughtBy, String breaks, Change... changed) {
        this(caughtBy, breaks, "NONE");
        for (Change change : changed) {
            changes.put(change.className(), change.how());
        }
    }

    Mutant(String breaks, String flaw) {
        this(0, breaks, flaw);
    }

    Mutant(long caughtBy, String breaks, String flaw) {
        this.caughtBy = caughtBy;
        this.breaks = breaks;
        this.flaw = flaw;
    }

    private static Change changed(String className, AsmVisitorWrapper... how) {
        return new Change(className, new AsmVisitorWrapper.Compound(how));
    }

    /** Records below the ledger are no longer skipped, since they are compared with offset 0. */
    private static AsmVisitorWrapper nothingSkippedIn(String method) {
        return MemberSubstitution.relaxed().method(named("nextOffset")).stub().on(named(method));
    }

    /** Seed of a schedule that catches it, as long as the schedules stay as they are. */
    long caughtBy() {
        return caughtBy;
    }

    /** Describes the defect in one sentence. */
    public String breaks() {
        return breaks;
    }

    /** Name of the fakes' flaw. */
    String flaw() {
        return flaw;
    }

    /** Changes to production classes, by class name. */
    Map<String, AsmVisitorWrapper> changes() {
        return changes;
    }
}
