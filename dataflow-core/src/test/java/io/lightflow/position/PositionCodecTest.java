package io.lightflow.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.EventType;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.TopicPosition.Incarnation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionCodecTest {

    @Test
    void anOperatorCanReadIt() {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put(
                "us.clicks",
                new TopicPosition(List.of(new Incarnation(-1, 5), new Incarnation(0x1a2b3c4d, 17)), 1370448000000L));
        Books books = Books.EMPTY
                .edit()
                .add(EventType.IMPRESSION, Entry.IN, 10)
                .add(EventType.IMPRESSION, Entry.JOINED, 9)
                .done();
        assertThat(PositionCodec.encode(new Position(topics, Position.NO_TIME, 42, books)))
                .isEqualTo("v1|wm=-|tx=42|IMPRESSION=IN:10,JOINED:9|us.clicks=ffffffff:5,1a2b3c4d:17@1370448000000");
    }

    /** A build that knows no stores takes the store for a topic, and keeps it. */
    @Test
    void theStoreHasTheFormOfATopic() {
        Position position = Position.START.with(new StoreVersion(0x1a2b3c4d, 42, -7));
        String text = PositionCodec.encode(position);
        assertThat(text).isEqualTo("v1|wm=-|tx=0|store=1a2b3c4d:42@-7");
        assertThat(PositionCodec.decode(text)).isEqualTo(position);
        assertThat(PositionCodec.decode("v1|wm=-|tx=0").store()).isEqualTo(StoreVersion.UNKNOWN);
    }

    @Test
    void theProgressOfTheJoinFollowsTheTopics() {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put("us.clicks", new TopicPosition(List.of(new Incarnation(10, 5)), 1370448000000L));
        Position position =
                new Position(topics, 9, 42, Books.EMPTY, StoreVersion.UNKNOWN, new JoinProgress(3, 1370534400001L));
        assertThat(PositionCodec.encode(position))
                .isEqualTo("v1|wm=9|tx=42|us.clicks=a:5@1370448000000|takeovers=3|timers=1370534400001");
    }

    /** A build that does not know these keys must not continue, since it would fire their timers again. */
    @Test
    void keysThatAreAheadDoNotHaveTheFormOfATopic() {
        Position position = Position.START.with(new JoinProgress(3, 9, new KeysAhead(1370448000001L, "user|=é@")));
        String text = PositionCodec.encode(position);
        assertThat(text).isEqualTo("v1|wm=-|tx=0|takeovers=3|timers=9|ahead=1370448000001:dXNlcnw9w6lA");
        assertThat(PositionCodec.decode(text)).isEqualTo(position);
        assertThatThrownBy(() -> PositionCodec.decode(text.replace("|ahead=", "|ofALaterBuild=")))
                .hasMessageContaining("expected a stored position");
    }

    @Test
    void aLineOfAnEarlierVersionHasNoProgressOfTheJoin() {
        assertThat(PositionCodec.decode("v1|wm=9|tx=42|us.clicks=a:5@1370448000000")
                        .join())
                .isEqualTo(JoinProgress.NONE);
    }

    @Test
    void clocksStandBehindEverythingElse() {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        ProducerClocks clocks =
                ProducerClocks.NONE.after("web-1", 60_000, 60_120).after("", 59_000, 60_200);
        topics.put("us.clicks", new TopicPosition(List.of(new Incarnation(0x1a, 17, 3)), 60_000, clocks));
        assertThat(PositionCodec.encode(new Position(topics, 55_000, 42, Books.EMPTY)))
                .isEqualTo("v1|wm=55000|tx=42|us.clicks=1a:17@60000|~us.clicks=1a:3@-"
                        + "|~us.clicks~web-1=0:0,1:60000,3:120@60000|~us.clicks~=0:0,1:60000,3:1200@59000");
    }

    @Test
    void aPositionOfTheFormerFormatIsRead() {
        Position position = PositionCodec.decode("v1|wm=1|tx=2|us.clicks=ffffffff:5,1a2b3c4d:17@1370448000000");
        assertThat(position.at("us.clicks", 0x1a2b3c4d))
                .isEqualTo(new Incarnation(0x1a2b3c4d, 17, Incarnation.NO_EPOCH));
        assertThat(position.clocks("us.clicks")).isEqualTo(ProducerClocks.NONE);
    }

    @Test
    void theStartComesBack() {
        assertThat(PositionCodec.decode(PositionCodec.encode(Position.START))).isEqualTo(Position.START);
    }

    @Test
    void anyPositionComesBack() {
        for (long seed = 0; seed < 2_000; seed++) {
            Position position = position(new Random(seed));
            assertThat(PositionCodec.decode(PositionCodec.encode(position)))
                    .as("seed %s", seed)
                    .isEqualTo(position);
        }
    }

    @Test
    void theTopicsOfTwoDataCentersFitIntoTheMetadataOfAKafkaOffset() {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        for (String dc : List.of("us-west-1", "us-east-1")) {
            for (EventType type : EventType.values()) {
                topics.put(
                        type.centralTopic(dc),
                        new TopicPosition(
                                List.of(
                                        new Incarnation(-1, Long.MAX_VALUE),
                                        new Incarnation(-2, Long.MAX_VALUE),
                                        new Incarnation(-3, Long.MAX_VALUE)),
                                Long.MAX_VALUE));
            }
        }
        Books.Editor books = Books.EMPTY.edit();
        for (EventType type : EventType.values()) {
            for (Entry entry : Entry.values()) {
                books.add(type, entry, Long.MAX_VALUE / 2);
            }
        }
        String text = PositionCodec.encode(new Position(topics, Long.MAX_VALUE, Long.MAX_VALUE, books.done()));
        assertThat(text.length()).isLessThan(4_096);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v2|wm=1|tx=1",
                "v1|wm=x|tx=1",
                "v1|wm=1|tx",
                "v1|wm=1|tx=1|CLICK=IN",
                "v1|wm=1|tx=1|CLICK=FOO:1",
                "v1|wm=1|tx=1|us.clicks=1a:7",
                "v1|wm=1|tx=1|us.clicks=1a@7",
                "v1|wm=1|tx=1|us.clicks=1a:-7@7",
                "v1|wm=1|tx=1|us.clicks=zz:7@7",
                "v1|wm=1|tx=1|us.clicks=@7",
                "v1|wm=1|tx=1|us.clicks=1a:7@7|~us.clicks=1a:x@-",
                "v1|wm=1|tx=1|us.clicks=1a:7@7|~us.clicks~web-1=0:0",
                "v1|wm=1|tx=1|"
            })
    void textThatIsNoPositionIsNamed(String text) {
        assertThatThrownBy(() -> PositionCodec.decode(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    private static Position position(Random random) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            List<Incarnation> lives = new ArrayList<>();
            for (int j = random.nextInt(3); j >= 0; j--) {
                lives.add(new Incarnation(random.nextInt(), random.nextLong(Long.MAX_VALUE), random.nextInt(10) - 1));
            }
            topics.put("us-west_" + i + ".clicks", new TopicPosition(lives, time(random), clocks(random)));
        }
        Books.Editor books = Books.EMPTY.edit();
        for (int i = random.nextInt(9); i > 0; i--) {
            books.add(
                    EventType.values()[random.nextInt(4)],
                    Entry.values()[random.nextInt(Entry.values().length)],
                    random.nextLong(1_000_000_000_000L));
        }
        StoreVersion store = random.nextBoolean()
                ? StoreVersion.UNKNOWN
                : new StoreVersion(random.nextInt() | 1, random.nextLong(Long.MAX_VALUE), random.nextInt());
        JoinProgress join = random.nextBoolean()
                ? JoinProgress.NONE
                : new JoinProgress(random.nextInt(1_000), time(random), ahead(random));
        return new Position(topics, time(random), random.nextLong(), books.done(), store, join);
    }

    private static KeysAhead ahead(Random random) {
        return random.nextBoolean()
                ? KeysAhead.NONE
                : new KeysAhead(random.nextLong(1_000_000), Integer.toString(random.nextInt()));
    }

    private static ProducerClocks clocks(Random random) {
        ProducerClocks clocks = ProducerClocks.NONE;
        for (int i = random.nextInt(20); i > 0; i--) {
            String producer = random.nextInt(6) == 0 ? "" : "web-" + random.nextInt(20) + ".example_1";
            clocks = clocks.after(producer, random.nextLong(1_000_000), random.nextLong(1_000_000));
        }
        return clocks;
    }

    private static long time(Random random) {
        return random.nextInt(4) == 0 ? Position.NO_TIME : random.nextLong();
    }
}
