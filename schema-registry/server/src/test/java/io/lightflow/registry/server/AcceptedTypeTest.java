package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The content type of a response follows from the request's Accept header. */
class AcceptedTypeTest {
    private static final String V1 = "application/vnd.schemaregistry.v1+json";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "| " + V1,
                "* | " + V1,
                "*/* | " + V1,
                "application/* | " + V1,
                "text/html, */*; q=.2 | " + V1,
                "application/json | application/json",
                "application/json; q=0.5, application/vnd.schemaregistry.v1+json; q=0.1 | application/json",
                "application/vnd.schemaregistry.v2+json, application/vnd.schemaregistry+json; q=0.9"
                        + " | application/vnd.schemaregistry+json",
                "text/* |",
                "application/octet-stream |",
                "application/json; q=0 |"
            })
    void isTheBestThatIsOffered(String accept, String expected) {
        assertThat(AcceptedType.of(accept).orElse(null)).isEqualTo(expected);
    }
}
