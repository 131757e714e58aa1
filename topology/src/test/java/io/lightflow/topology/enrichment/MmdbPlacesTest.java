package io.lightflow.topology.enrichment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.enrichment.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MmdbPlacesTest {
    @TempDir
    private Path folder;

    private MmdbPlaces places() throws IOException {
        return MmdbPlaces.open(new MmdbWriter(1_790_000_000L)
                .add(
                        "203.0.113.0/25",
                        Map.of(
                                "country", Map.of("iso_code", "DE"),
                                "subdivisions", List.of(Map.of("iso_code", "BE"), Map.of("iso_code", "X"))))
                .add("203.0.113.128/25", Map.of("country", Map.of("iso_code", "AT")))
                .add(
                        "198.51.100.0/24",
                        Map.of(
                                "country", Map.of("iso_code", "FR"),
                                "subdivisions", List.of(Map.of("names", Map.of("en", "Brittany")))))
                .add("2001:db8::/32", Map.of("country_code", "NL", "state1", "Utrecht"))
                .add("192.0.2.0/24", Map.of("asn", "64500"))
                .writeTo(folder.resolve("places.mmdb")));
    }

    @Test
    void countryAndRegionAreThoseOfTheNarrowestNetwork() throws IOException {
        MmdbPlaces places = places();
        assertThat(places.find("203.0.113.5")).isEqualTo(new Place("DE", "BE"));
        assertThat(places.find("203.0.113.*")).isEqualTo(new Place("DE", "BE"));
        assertThat(places.find("203.0.113.200")).isEqualTo(new Place("AT", ""));
        assertThat(places.find("198.51.100.1")).isEqualTo(new Place("FR", "Brittany"));
    }

    @Test
    void filesWithFlatFieldsAreRead() throws IOException {
        assertThat(places().find("2001:db8::1")).isEqualTo(new Place("NL", "Utrecht"));
    }

    @Test
    void whatIsUnknownHasNoPlace() throws IOException {
        MmdbPlaces places = places();
        for (String address :
                List.of("192.0.2.1", "8.8.8.8", "", "localhost", "1.2.3", "1.2.3.999", "fe80::1%eth0", "::g")) {
            assertThat(places.find(address)).as(address).isEqualTo(Place.UNKNOWN);
        }
    }

    @Test
    void theVersionIsTheBuildTime() throws IOException {
        assertThat(places().version()).isEqualTo(1_790_000_000L);
    }

    @Test
    void aFileThatIsNoneOrMissingIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("text.mmdb"), "text");
        assertThatThrownBy(() -> MmdbPlaces.open(file))
                .isInstanceOf(EnrichmentFileException.class)
                .hasMessageStartingWith("the key enrichment.places names " + file
                        + ", which this worker cannot read as an MMDB file: ");
        assertThatThrownBy(() -> MmdbPlaces.open(folder.resolve("none.mmdb")))
                .isInstanceOf(EnrichmentFileException.class)
                .hasMessageContaining("none.mmdb");
    }
}
