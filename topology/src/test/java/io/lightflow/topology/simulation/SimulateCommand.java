package io.lightflow.topology.simulation;

import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.simulation.Blow.Fate;
import io.lightflow.topology.simulation.Blow.Moment;
import io.lightflow.topology.simulation.Perils.Call;
import io.lightflow.topology.simulation.Simulation.Failure;
import io.lightflow.topology.simulation.Simulation.Result;
import io.lightflow.topology.simulation.mutant.Mutant;
import io.lightflow.topology.simulation.mutant.MutantHunt;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab/simulate}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs both topologies' loops through schedules of crashes, outages, zombies, replays, duplicates and"
                    + " re-created topics, on a virtual clock and without any server; asserts the invariants after"
                    + " every step and compares the end with a brute-force answer.",
            "Exits with 0 if all is well, with 1 if a schedule fails or a mutant survives, with 2 on a wrong option."
        })
public final class SimulateCommand implements Callable<Integer> {
    private static final List<Fate> STRIKING = List.of(Fate.CRASH, Fate.NO_ANSWER, Fate.STALL);

    @ArgGroup
    private What what = new What();

    @Option(
            names = "--schedules",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many schedules; with --mutants, how many each mutant has to survive. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long schedules;

    @Option(
            names = "--first-seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of the first schedule; the others follow it. Default: ${DEFAULT-VALUE}.")
    private long firstSeed;

    @Spec
    private CommandSpec spec;

    private static final class What {
        @Option(
                names = "--seed",
                paramLabel = "S",
                description = "Replays the one schedule of this seed, and prints every step.")
        private Long seed;

        @Option(
                names = "--mutants",
                description = "Breaks one part at a time on purpose; the simulation must notice every time.")
        private boolean mutants;
    }

    static CommandLine commandLine() {
        return CommandErrors.installOn(new CommandLine(new SimulateCommand()));
    }

    public static void main(String[] arguments) {
        LoopLog.off();
        System.exit(commandLine().execute(arguments));
    }

    @Override
    public Integer call() {
        if (schedules < 1) {
            throw new ParameterException(spec.commandLine(), "--schedules must be 1 or more, found " + schedules);
        }
        if (what.mutants) {
            return hunt();
        }
        return what.seed == null ? runMany() : replay(what.seed);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static double secondsSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis() / 1e3;
    }

    private int runMany() {
        long began = System.nanoTime();
        Result result = new Simulation(Flaw.NONE).run(firstSeed, schedules);
        double seconds = secondsSince(began);
        out().printf(
                        "%,d schedules, %,d events, %.1f s%n",
                        result.schedules(), result.tally().steps(), seconds);
        tell(result.tally());
        result.failure().ifPresent(this::tell);
        return result.failure().isPresent() ? 1 : 0;
    }

    private void tell(Tally tally) {
        out().printf("%-12s", "");
        for (Fate fate : STRIKING) {
            out().printf("  %-26s", Blow.word(fate));
        }
        out().printf("%n%-12s", "");
        for (int i = 0; i < STRIKING.size(); i++) {
            out().printf("  %8s %8s %8s", "before", "amid", "after");
        }
        out().println();
        for (Call call : Call.values()) {
            if (call != Call.MOVE_LEDGER) {
                out().printf("%-12s", Blow.word(call));
                for (Fate fate : STRIKING) {
                    out().print(" ");
                    for (Moment moment : Moment.values()) {
                        out().printf(" %,8d", tally.blows(fate, moment, call));
                    }
                }
                out().println();
            }
        }
    }

    private int replay(long seed) {
        Optional<Failure> failure = new Simulation(Flaw.NONE).run(Schedule.of(seed), out()::println);
        failure.ifPresent(this::tell);
        if (failure.isEmpty()) {
            out().println("seed " + seed + ": all is well");
        }
        return failure.isPresent() ? 1 : 0;
    }

    private void tell(Failure failure) {
        long seed = failure.schedule().seed();
        out().println("seed " + seed + " fails: " + failure.cause());
        if (!(failure.cause() instanceof AssertionError)) {
            failure.cause().printStackTrace(out());
        }
        out().println("Every step of it: lab/simulate --seed " + seed);
        Failure shortest = new Simulation(Flaw.NONE).shrink(failure);
        out().println("The shortest trace found that fails, too, with: " + shortest.cause());
        new Simulation(Flaw.NONE).run(shortest.schedule(), line -> out().println("  " + line));
    }

    private int hunt() {
        int caught = 0;
        long began = System.nanoTime();
        for (Mutant mutant : Mutant.values()) {
            MutantHunt.Outcome outcome = firstSeed == 0
                    ? MutantHunt.huntFromRecorded(mutant, schedules)
                    : MutantHunt.hunt(mutant, firstSeed, schedules);
            caught += outcome.caught() ? 1 : 0;
            out().printf("%-9s %s: %s%n", outcome.caught() ? "caught" : "SURVIVES", mutant, mutant.breaks());
            out().println("          " + outcome);
        }
        out().printf("%d of %d mutants caught, %.1f s%n", caught, Mutant.values().length, secondsSince(began));
        return caught == Mutant.values().length ? 0 : 1;
    }
}
