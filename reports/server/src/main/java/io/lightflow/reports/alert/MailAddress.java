package io.lightflow.reports.alert;

import java.util.Locale;
import java.util.regex.Pattern;

/** Mail addresses: those without quotes, comments, names and spaces. */
final class MailAddress {
    private static final int MAX_CHARACTERS = 254;
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]+");

    private MailAddress() {}

    static boolean isValid(String address) {
        return address.length() <= MAX_CHARACTERS && ADDRESS.matcher(address).matches();
    }

    static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    }
}
