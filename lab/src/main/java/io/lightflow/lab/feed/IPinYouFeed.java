package io.lightflow.lab.feed;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Replays iPinYou season 2 logs ({@code imp.*}, {@code clk.*} and {@code conv.*} in one folder) in the order of event
 * time; at the same time impressions come before clicks before conversions, then by event id, then as in the files.
 * Repeated rows are fed as often as they occur. All rows are held in memory, about 1.5 kB each.
 * {@code docs/integrating/feeds.md} maps columns to fields.
 */
public final class IPinYouFeed implements Feed {
    /** How long a derived impression precedes the first click, in ms: the median in the logs. */
    static final long DERIVED_LEAD_MS = 21_000;

    private static final String CURRENCY = "CNY";
    private static final String COUNTRY = "CN";
    private static final Comparator<FeedEvent> ORDER = Comparator.comparingLong(FeedEvent::timeMs)
            .thenComparing(FeedEvent::type)
            .thenComparing(event -> (String) event.event().get("id"));

    private final String name;
    private final List<FeedEvent> events;
    private final SkippedRows skipped;
    private int next;

    private IPinYouFeed(String name, List<FeedEvent> events, SkippedRows skipped) {
        this.name = name;
        this.events = events;
        this.skipped = skipped;
    }

    /**
     * Reads the logs.
     *
     * @param groups advertisers, sorted by id, alternate between them; inside a group an event's data center is picked
     *     by a hash of its own id, so that a journey crosses data centers while repeats of one event do not
     * @throws IOException if a file is unreadable, or there is no impression, click or conversion file
     */
    public static IPinYouFeed open(Path dir, MissingImpressions missing, List<DcGroup> groups) throws IOException {
        Objects.requireNonNull(missing, "missing");
        List<DcGroup> checked = DcGroup.checked(groups);
        SkippedRowsCollector skipped = new SkippedRowsCollector();
        List<IPinYouRow> rows = new ArrayList<>();
        int files = read(dir, "imp.", EventType.IMPRESSION, rows, skipped)
                + read(dir, "clk.", EventType.CLICK, rows, skipped)
                + read(dir, "conv.", EventType.CONVERSION, rows, skipped);
        if (files == 0) {
            throw new IOException("reading iPinYou logs from " + dir
                    + ": expected files named imp.*.txt.gz, clk.*.txt.gz or conv.*.txt.gz, found none");
        }
        Converter converter = new Converter(
                groupByAdvertiser(rows, checked),
                IPinYouPlaces.read(dir.resolve("region.en.txt")),
                IPinYouPlaces.read(dir.resolve("city.en.txt")),
                keyRows(rows));
        List<FeedEvent> events = new ArrayList<>(rows.size());
        for (IPinYouRow row : rows) {
            events.add(converter.logged(row));
        }
        if (missing == MissingImpressions.DERIVE) {
            for (IPinYouRow first : converter.keyRows.values()) {
                if (first.type() == EventType.CLICK) {
                    events.add(converter.derived(first));
                }
            }
        }
        events.sort(ORDER);
        String name = "ipinyou:" + missing + ":" + checked + ":" + events.size();
        return new IPinYouFeed(name, events, skipped.rows());
    }

    private static int read(
            Path dir, String prefix, EventType type, List<IPinYouRow> rows, SkippedRowsCollector skipped)
            throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(dir)) {
            files = all.filter(file -> isLog(file.getFileName().toString(), prefix))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            String fileName = file.getFileName().toString();
            try (BufferedReader lines = InputLines.open(file)) {
                long number = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    number++;
                    try {
                        rows.add(IPinYouRow.parse(type, line));
                    } catch (UnreadableRowException e) {
                        skipped.add(fileName, number, e);
                    }
                }
            } catch (IOException e) {
                throw new IOException(
                        "reading " + file + ": expected gzipped or plain lines, found: " + e.getMessage(), e);
            }
        }
        return files.size();
    }

    private static boolean isLog(String fileName, String prefix) {
        return fileName.startsWith(prefix) && (fileName.endsWith(".txt.gz") || fileName.endsWith(".txt"));
    }

    /** Advertisers by id, as a number where it is one, alternate between the groups. */
    private static Map<String, DcGroup> groupByAdvertiser(Collection<IPinYouRow> rows, List<DcGroup> groups) {
        TreeSet<String> advertisers =
                new TreeSet<>(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        rows.forEach(row -> advertisers.add(row.advertiserId()));
        Map<String, DcGroup> groupOf = new HashMap<>();
        for (String advertiser : advertisers) {
            groupOf.put(advertiser, groups.get(groupOf.size() % groups.size()));
        }
        return groupOf;
    }

    /**
     * Per bid the row whose cookie is the join key: its earliest impression; without one its earliest click; without
     * that its earliest conversion. Of rows of the same time the one that was read first.
     */
    private static Map<String, IPinYouRow> keyRows(List<IPinYouRow> rows) {
        Comparator<IPinYouRow> order = Comparator.comparing(IPinYouRow::type).thenComparingLong(IPinYouRow::timeMs);
        Map<String, IPinYouRow> keyRows = new HashMap<>();
        for (IPinYouRow row : rows) {
            keyRows.merge(row.bidId(), row, (old, other) -> order.compare(other, old) < 0 ? other : old);
        }
        return keyRows;
    }

    /** Converts rows to events. */
    private record Converter(
            Map<String, DcGroup> groups, IPinYouPlaces regions, IPinYouPlaces cities, Map<String, IPinYouRow> keyRows) {

        FeedEvent logged(IPinYouRow row) {
            String id = row.eventId();
            SpecificRecordBase event =
                    switch (row.type()) {
                        case IMPRESSION -> impression(row, row.timeMs(), row.priceMicros(), false);
                        case CLICK ->
                            Click.newBuilder()
                                    .setId(id)
                                    .setTime(row.timeMs())
                                    .setAdvertiserId(row.advertiserId())
                                    .setImpressionId(row.bidId())
                                    .setLandingPage(row.landingPage())
                                    .setUserAgent(row.userAgent())
                                    .setIp(row.ip())
                                    .build();
                        case CONVERSION ->
                            Conversion.newBuilder()
                                    .setId(id)
                                    .setTime(row.timeMs())
                                    .setAdvertiserId(row.advertiserId())
                                    .setImpressionId(row.bidId())
                                    .build();
                        case TAG -> throw new IllegalArgumentException("iPinYou logs contain no tags");
                    };
            return new FeedEvent(dc(row, id), row.type(), key(row), event, row.timeMs());
        }

        FeedEvent derived(IPinYouRow click) {
            long timeMs = click.timeMs() - DERIVED_LEAD_MS;
            Impression event = impression(click, timeMs, 0, true);
            return new FeedEvent(dc(click, event.getId()), EventType.IMPRESSION, key(click), event, timeMs);
        }

        private Impression impression(IPinYouRow row, long timeMs, long priceMicros, boolean derived) {
            return Impression.newBuilder()
                    .setId(row.bidId())
                    .setTime(timeMs)
                    .setAdvertiserId(row.advertiserId())
                    .setCampaignId(row.advertiserId())
                    .setCreativeId(row.creativeId())
                    .setPriceMicros(priceMicros)
                    .setCurrency(CURRENCY)
                    .setExchange(row.exchange())
                    .setPublisher(row.domain())
                    .setPlacement(row.slotId())
                    .setCountry(COUNTRY)
                    .setRegion(regions.name(row.regionId()))
                    .setCity(cities.name(row.cityId()))
                    .setDevice(DeviceClass.of(row.userAgent()))
                    .setUserAgent(row.userAgent())
                    .setIp(row.ip())
                    .setDerived(derived)
                    .build();
        }

        private String dc(IPinYouRow row, String eventId) {
            return groups.get(row.advertiserId()).dcOf(eventId);
        }

        private String key(IPinYouRow row) {
            String cookie = keyRows.get(row.bidId()).cookie();
            // A bid without a cookie is a separate journey.
            return cookie.isEmpty() ? row.bidId() : cookie;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean hasNext() {
        return next < events.size();
    }

    @Override
    public FeedEvent next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the iPinYou feed has ended after " + next + " events");
        }
        return events.get(next++);
    }

    @Override
    public long horizonMs() {
        return hasNext() ? events.get(next).timeMs() : Long.MAX_VALUE;
    }

    @Override
    public SkippedRows skipped() {
        return skipped;
    }

    @Override
    public void close() {
        // Files were closed when they had been read.
    }
}
