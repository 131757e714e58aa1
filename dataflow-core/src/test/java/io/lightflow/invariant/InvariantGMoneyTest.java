package io.lightflow.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.RejectedEvent;
import io.lightflow.statistics.Counts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.io.Decoder;
import org.junit.jupiter.api.Test;

/** Money is integer micros with a currency. No floating point is involved. */
class InvariantGMoneyTest {
    private static final List<String> PACKAGES =
            List.of("event", "join", "attribution", "statistics", "watermark", "position", "batch", "sink", "store");
    private static final long SEED = Long.getLong("seed", 18);
    private static final Set<Class<?>> FLOATING =
            Set.of(double.class, float.class, Double.class, Float.class, double[].class, float[].class);

    @Test
    void noFieldParameterOrResultIsFloatingPoint() {
        List<String> found = new ArrayList<>();
        int classes = 0;
        for (String name : PACKAGES) {
            for (Class<?> type : classesOf(name)) {
                classes++;
                // A decoder must be able to step over fields of any type that a writer's schema may have.
                if (!Decoder.class.isAssignableFrom(type)) {
                    addFloating(type, found);
                }
            }
        }
        assertThat(classes).as("classes that were looked at").isGreaterThan(60);
        assertThat(found).isEmpty();
    }

    private static void addFloating(Class<?> type, List<String> found) {
        for (Field field : type.getDeclaredFields()) {
            if (FLOATING.contains(field.getType())) {
                found.add(field.toString());
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            boolean floating = FLOATING.contains(method.getReturnType())
                    || Arrays.stream(method.getParameters())
                            .map(Parameter::getType)
                            .anyMatch(FLOATING::contains);
            if (floating) {
                found.add(method.toString());
            }
        }
    }

    private static List<Class<?>> classesOf(String name) {
        try {
            Path classes = Path.of(Impression.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve("io/lightflow/" + name);
            try (var files = Files.list(classes)) {
                return files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith(".class"))
                        .<Class<?>>map(file -> load(name, file))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.net.URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Class<?> load(String name, String file) {
        String simple = file.substring(0, file.length() - ".class".length());
        try {
            return Class.forName("io.lightflow." + name + "." + simple, false, Impression.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noSchemaHasAFloatingPointField() {
        for (Schema schema : List.of(
                JoinedImpression.getClassSchema(),
                JoinedClick.getClassSchema(),
                JoinedConversion.getClassSchema(),
                JoinedTag.getClassSchema(),
                OrphanClick.getClassSchema(),
                RejectedEvent.getClassSchema())) {
            assertThat(schema.toString()).doesNotContain("\"double\"").doesNotContain("\"float\"");
        }
    }

    @Test
    void sumsAreExactWhereFloatingPointIsNot() {
        long large = (1L << 53) + 1;
        Counts counts = new Counts();
        counts.spendMicros = large;
        Counts one = new Counts();
        one.spendMicros = 1;
        counts.add(one);
        assertThat(counts.spendMicros).isEqualTo(large + 1);
    }

    @Test
    void sumsBeyond64BitsAreExact() {
        Random random = new Random(SEED);
        Counts counts = new Counts();
        BigInteger spend = BigInteger.ZERO;
        BigInteger revenue = BigInteger.ZERO;
        for (int i = 0; i < 1_000; i++) {
            Counts more = new Counts();
            more.spendMicros = random.nextInt(3) == 0 ? Long.MAX_VALUE : random.nextLong() & Long.MAX_VALUE;
            more.revenueMicros = random.nextLong() & Long.MAX_VALUE;
            spend = spend.add(BigInteger.valueOf(more.spendMicros));
            revenue = revenue.add(BigInteger.valueOf(more.revenueMicros));
            counts.add(more);
            if (i == 500) {
                Counts copy = new Counts();
                copy.setMoney(counts.exactSpend(), counts.exactRevenue());
                assertThat(copy).isEqualTo(counts);
                counts.add(copy);
                spend = spend.add(spend);
                revenue = revenue.add(revenue);
            }
        }
        assertThat(counts.exactSpend()).isEqualTo(spend);
        assertThat(counts.exactRevenue()).isEqualTo(revenue);
    }

    @Test
    void aPriceComesOutAsItWentIn() {
        JoinScenario scenario = new JoinScenario();
        Impression impression = Impression.newBuilder(
                        (Impression) JoinScenario.impression("i", 1).record())
                .setPriceMicros(Long.MAX_VALUE)
                .build();
        scenario.log(EventType.IMPRESSION).append(SampleEvent.of(JoinScenario.KEY, impression));
        var seen = scenario.run().commit(scenario.block());
        assertThat(((JoinedImpression) seen.get(0).record()).getImpression()).isEqualTo(impression);
    }
}
