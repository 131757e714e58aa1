package io.lightflow.reports.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A file of the page, in memory. */
final class Asset {
    private static final String FOLDER = "/io/lightflow/reports/page/";

    private final String type;
    private final byte[] bytes;
    private final String tag;

    private Asset(String type, byte[] bytes) {
        this.type = type;
        this.bytes = bytes;
        this.tag = '"' + hash(bytes) + '"';
    }

    /** @throws IllegalStateException if it is not in this build */
    static Asset read(String file) {
        try (InputStream in = Asset.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new IllegalStateException("The page's file " + file + " is missing in this build");
            }
            return new Asset(type(file), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the page's file " + file, e);
        }
    }

    /** The same with a placeholder, written {@code {NAME}}, filled in. */
    Asset with(String placeholder, String value) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return new Asset(type, text.replace('{' + placeholder + '}', value).getBytes(StandardCharsets.UTF_8));
    }

    private static String type(String file) {
        return switch (file.substring(file.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            default -> throw new IllegalArgumentException("no content type is known for " + file);
        };
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime must offer SHA-256, and this one does not", e);
        }
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
