package io.lightflow.topology.enrichment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import io.lightflow.enrichment.Place;
import io.lightflow.enrichment.PlaceSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Finds places in an MMDB file, which is mapped into memory for the life of the process. It knows the fields of
 * MaxMind's and DB-IP's files ({@code country.iso_code}, {@code subdivisions[0].iso_code}) and the flat ones of others
 * ({@code country_code}, {@code state1} or {@code region}).
 */
final class MmdbPlaces implements PlaceSource {
    private static final int MAX_REMEMBERED = 50_000;
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final List<String> FLAT_COUNTRIES = List.of("country_code", "country");
    private static final List<String> FLAT_REGIONS = List.of("region_code", "state1", "region");

    private final Reader reader;
    private final long version;
    private final Cache<String, Place> remembered =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    private MmdbPlaces(Reader reader) {
        this.reader = reader;
        Instant built = reader.getMetadata().buildTime();
        this.version = Math.max(1, built.getEpochSecond());
    }

    /** @throws EnrichmentFileException if the file is missing, or no MMDB file */
    static MmdbPlaces open(Path file) {
        try {
            return new MmdbPlaces(new Reader(file.toFile(), Reader.FileMode.MEMORY_MAPPED, new CHMCache()));
        } catch (IOException e) {
            throw new EnrichmentFileException(
                    "the key enrichment.places names " + file + ", which this worker cannot read as an MMDB file: " + e
                            + "; put the file on every worker's machine, and the worker will start",
                    e);
        }
    }

    @Override
    public Place find(String address) {
        return remembered.get(address, this::look);
    }

    private Place look(String address) {
        InetAddress parsed = parse(address);
        if (parsed == null) {
            return Place.UNKNOWN;
        }
        try {
            Map<?, ?> found = reader.get(parsed, Map.class);
            return found == null ? Place.UNKNOWN : new Place(country(found), region(found));
        } catch (IOException e) {
            throw new UncheckedIOException("the MMDB file of the key enrichment.places is damaged", e);
        }
    }

    /** Never asks a name server. Null if it is no address. */
    private static InetAddress parse(String address) {
        // Logs have * for the host part that was cut off.
        String plain = address.endsWith(".*") ? address.substring(0, address.length() - 1) + "0" : address;
        boolean literal = plain.indexOf(':') >= 0
                ? plain.indexOf('%') < 0
                : IPV4.matcher(plain).matches();
        if (!literal) {
            return null;
        }
        try {
            return InetAddress.getByName(plain);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static String country(Map<?, ?> found) {
        return found.get("country") instanceof Map<?, ?> country
                ? string(country, "iso_code")
                : first(found, FLAT_COUNTRIES);
    }

    private static String region(Map<?, ?> found) {
        if (found.get("subdivisions") instanceof List<?> all
                && !all.isEmpty()
                && all.get(0) instanceof Map<?, ?> subdivision) {
            String code = string(subdivision, "iso_code");
            return code.isEmpty() && subdivision.get("names") instanceof Map<?, ?> names ? string(names, "en") : code;
        }
        return first(found, FLAT_REGIONS);
    }

    private static String first(Map<?, ?> found, List<String> names) {
        return names.stream()
                .map(name -> string(found, name))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static String string(Map<?, ?> of, String name) {
        return of.get(name) instanceof String string ? string : "";
    }

    @Override
    public long version() {
        return version;
    }
}
