package io.lightflow.reports.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A file of the dashboard, in memory. */
final class PageAsset {
    private static final String FOLDER = "/io/lightflow/reports/page/";

    private final String type;
    private final byte[] bytes;
    private final String tag;

    private PageAsset(String type, byte[] bytes) {
        this.type = type;
        this.bytes = bytes;
        this.tag = '"' + hash(bytes) + '"';
    }

    /** @throws IllegalStateException if this build lacks the file */
    static PageAsset read(String file) {
        try (InputStream in = PageAsset.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException("The dashboard's file " + file + " is missing from this build");
            }
            return new PageAsset(type(file), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the dashboard's file " + file + " failed", e);
        }
    }

    /** Returns a copy with the placeholder {@code {NAME}} replaced. */
    PageAsset with(String placeholder, String value) {
        return new PageAsset(
                type, text().replace('{' + placeholder + '}', value).getBytes(StandardCharsets.UTF_8));
    }

    private static String type(String file) {
        return switch (file.substring(file.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            default -> throw new IllegalArgumentException("expected a file with a known content type, found " + file);
        };
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the Java runtime to support SHA-256, found that it does not", e);
        }
    }

    String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    String type() {
        return type;
    }

    byte[] bytes() {
        return bytes;
    }

    String tag() {
        return tag;
    }
}
