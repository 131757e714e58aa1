package io.lightflow.service.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A password or token. One in a file is read again after the file has changed. Thread-safe. */
public final class Secret implements Supplier<String> {
    private static final Logger LOG = LoggerFactory.getLogger(Secret.class);
    /** How long a replaced file may stay unnoticed. */
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    /** Null for a secret that never changes. */
    private final Path file;

    private final Consumer<String> check;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile String value;
    private volatile long checkedAt;
    private boolean failing;

    private Secret(Path file, Consumer<String> check, String value, LongSupplier nanoTime) {
        this.file = file;
        this.check = check;
        this.value = value;
        this.nanoTime = nanoTime;
        this.checkedAt = nanoTime.getAsLong();
    }

    public static Secret of(String value) {
        return new Secret(null, any -> {}, value, () -> 0);
    }

    /**
     * A secret in a file, without the white space around it.
     *
     * @param check throws an {@link IllegalArgumentException} for a value that is not acceptable
     * @throws IllegalArgumentException if the file is unreadable, or its secret not acceptable
     */
    public static Secret inFile(Path file, Consumer<String> check) {
        return inFile(file, check, System::nanoTime);
    }

    static Secret inFile(Path file, Consumer<String> check, LongSupplier nanoTime) {
        try {
            return new Secret(file, check, read(file, check), nanoTime);
        } catch (IOException e) {
            throw new IllegalArgumentException("the file " + file + " of a secret is unreadable: " + e, e);
        }
    }

    private static String read(Path file, Consumer<String> check) throws IOException {
        String found = Files.readString(file).strip();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("the file " + file + " of a secret is empty");
        }
        check.accept(found);
        return found;
    }

    /** The present value. While the file cannot be used, that is the former one. */
    @Override
    public String get() {
        if (file != null && nanoTime.getAsLong() - checkedAt >= CHECK_INTERVAL.toNanos() && lock.tryLock()) {
            try {
                readAgain();
            } finally {
                lock.unlock();
            }
        }
        return value;
    }

    private void readAgain() {
        checkedAt = nanoTime.getAsLong();
        try {
            String found = read(file, check);
            if (!found.equals(value)) {
                value = found;
                LOG.info("Read the changed secret in {}", file);
            }
            failing = false;
        } catch (IOException | IllegalArgumentException e) {
            if (!failing) {
                LOG.warn(
                        "The secret in {} cannot be read again, and the former one stays valid: {}",
                        file,
                        e.toString());
            }
            failing = true;
        }
    }

    /** Omits the value. */
    @Override
    public String toString() {
        return file == null ? "Secret[]" : "Secret[" + file + "]";
    }
}
