package io.lightflow.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.access.TokenSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OriginCheckTest {
    private static final Accounts<One> NONE = new Accounts<>(List.of());
    private static final Accounts<One> SOME =
            new Accounts<>(List.of(new One("a", TokenHash.of("a-token-of-some-length"))));

    private record One(String name, TokenSource token) implements Accounts.Principal {}

    @Test
    void aServerWithoutAccountsAcceptsOnlyLoopbackNames() {
        for (String host : new String[] {
            "localhost", "LOCALHOST:8081", "127.0.0.1", "127.0.0.1:1", "127.1.2.3:8081", "[::1]", "[::1]:8081", null
        }) {
            assertThat(OriginCheck.rejection(NONE, "GET", null, host)).as(host).isEmpty();
        }
        for (String host : new String[] {
            "evil.example",
            "evil.example:8081",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
            "::1"
        }) {
            assertThat(OriginCheck.rejection(NONE, "GET", null, host)).as(host).isPresent();
            assertThat(OriginCheck.rejection(SOME, "POST", null, host)).as(host).isEmpty();
        }
    }

    @Test
    void pagesOfOtherSitesSendNoChanges() {
        assertThat(OriginCheck.rejection(SOME, "POST", "cross-site", "registry"))
                .isPresent();
        assertThat(OriginCheck.rejection(SOME, "DELETE", "same-site", "registry"))
                .isPresent();
        assertThat(OriginCheck.rejection(SOME, "GET", "cross-site", "registry")).isEmpty();
        assertThat(OriginCheck.rejection(NONE, "GET", "cross-site", "localhost"))
                .isPresent();
        for (String site : new String[] {"same-origin", "none", null}) {
            assertThat(OriginCheck.rejection(NONE, "POST", site, "localhost"))
                    .as(site)
                    .isEmpty();
        }
    }

    @Test
    void anOpenAddressNeedsAccounts() {
        for (String bind : new String[] {"0.0.0.0", "::", "192.0.2.1"}) {
            HttpSettings open = new HttpSettings(bind, 0, 1024, Optional.empty());
            assertThatThrownBy(() -> open.requireAccounts(NONE, "change schemas"))
                    .hasMessageContaining("access must name the accounts if bind is not a loopback address")
                    .hasMessageContaining("anyone who reaches it could change schemas");
            assertThatCode(() -> open.requireAccounts(SOME, "change schemas")).doesNotThrowAnyException();
        }
        for (String bind : new String[] {"127.0.0.1", "localhost", "::1", "127.9.9.9"}) {
            HttpSettings loopback = new HttpSettings(bind, 0, 1024, Optional.empty());
            assertThatCode(() -> loopback.requireAccounts(NONE, "change schemas"))
                    .doesNotThrowAnyException();
        }
    }
}
