package io.lightflow.capture.endpoint;

import java.math.BigDecimal;

/** Reads amounts and currencies in parameters. */
final class Money {
    private static final int MAX_LENGTH = 32;
    private static final int MICROS_DIGITS = 6;
    private static final int MAX_DIGITS = 18;

    private Money() {}

    /** @param amount a decimal number of currency units, such as {@code 12.50}; empty for zero */
    static long micros(String name, String amount) {
        if (amount.isEmpty()) {
            return 0;
        }
        BigDecimal micros = amount.length() > MAX_LENGTH || !amount.matches("\\d+(\\.\\d{1,6}0*)?")
                ? null
                : new BigDecimal(amount).movePointRight(MICROS_DIGITS).stripTrailingZeros();
        if (micros == null || micros.precision() - micros.scale() > MAX_DIGITS) {
            throw new RequestException(
                    400, name + ": expected a decimal number such as 12.50, with at most 6 digits after the point.");
        }
        return micros.longValueExact();
    }

    /** @param currency an ISO 4217 code; may be empty */
    static String currency(String currency) {
        if (!currency.isEmpty() && !currency.matches("[A-Z]{3}")) {
            throw new RequestException(400, "currency: expected a code of ISO 4217, such as EUR.");
        }
        return currency;
    }
}
