package io.lightflow.service.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.service.access.SecretLength;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.access.TokenSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
    private static final String FIRST = "the-first-secret-0";
    private static final String SECOND = "the-second-secret-1";

    @TempDir
    private Path folder;

    private final AtomicLong now = new AtomicLong();
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("secret"), FIRST + "\n");
    }

    private Secret secret() {
        return Secret.inFile(file, SecretLength::require, now::get);
    }

    private void passOneSecond() {
        now.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void aChangedFileIsReadAgain() throws IOException {
        Secret secret = secret();
        assertThat(secret.get()).isEqualTo(FIRST);
        Files.writeString(file, SECOND);
        assertThat(secret.get()).isEqualTo(FIRST);
        passOneSecond();
        assertThat(secret.get()).isEqualTo(SECOND);
    }

    @Test
    void anUnusableFileLeavesTheFormerSecret() throws IOException {
        Secret secret = secret();
        for (String unusable : new String[] {"", "short", null}) {
            if (unusable == null) {
                Files.delete(file);
            } else {
                Files.writeString(file, unusable);
            }
            passOneSecond();
            assertThat(secret.get()).as(unusable).isEqualTo(FIRST);
        }
        Files.writeString(file, SECOND);
        passOneSecond();
        assertThat(secret.get()).isEqualTo(SECOND);
    }

    @Test
    void theHashOfAnAccountFollowsItsSecret() throws IOException {
        Secret secret = secret();
        TokenSource token = TokenSource.of(secret, TokenHash::of);
        TokenHash before = token.hash();
        assertThat(token.hash()).isSameAs(before);
        Files.writeString(file, SECOND);
        passOneSecond();
        assertThat(token.hash()).isNotSameAs(before);
    }

    @Test
    void anUnusableFileIsRejectedAtTheStart() throws IOException {
        Files.writeString(file, "short");
        assertThatThrownBy(this::secret)
                .hasMessageContaining("at least 16 characters, but has 5")
                .hasMessageNotContaining("short");
        Files.writeString(file, " \n");
        assertThatThrownBy(this::secret).hasMessageContaining("is empty");
        Files.delete(file);
        assertThatThrownBy(this::secret).hasMessageContaining("unreadable");
    }

    @Test
    void noSecretIsPrinted() {
        assertThat(secret().toString()).doesNotContain(FIRST).contains(file.toString());
        assertThat(Secret.of(FIRST).toString()).doesNotContain(FIRST);
    }

    @Test
    void aSecretComesFromAVariableOrAFile() {
        Map<String, String> environment = Map.of("V", SECOND);
        assertThat(SettingsFile.secret(environment, "V", null, "key").get()).isEqualTo(SECOND);
        assertThat(SettingsFile.secret(environment, null, file.toString(), "key")
                        .get())
                .isEqualTo(FIRST);
        assertThatThrownBy(() -> SettingsFile.secret(environment, null, null, "key"))
                .hasMessageContaining("keyVariable is missing, or else keyFile");
        assertThatThrownBy(() -> SettingsFile.secret(environment, "V", file.toString(), "key"))
                .hasMessageContaining("keyVariable and keyFile exclude each other");
        assertThatThrownBy(() -> SettingsFile.secret(environment, "W", null, "key"))
                .hasMessageContaining("W, which is not set");
        assertThatThrownBy(() -> SettingsFile.secret(environment, null, folder + "/none", "key"))
                .hasMessageContaining("keyFile: the file");
    }
}
