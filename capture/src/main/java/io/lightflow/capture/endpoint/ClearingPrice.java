package io.lightflow.capture.endpoint;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The price at which an auction ended. The exchange writes it over the macro {@code ${AUCTION_PRICE}} of OpenRTB, after
 * the pixel was signed, as the price of a thousand impressions. So it cannot be signed, and counts only if it is lower
 * than the signed price, which is the bid.
 */
final class ClearingPrice {
    static final String PARAMETER = "wp";

    private static final int MAX_LENGTH = 32;
    private static final BigDecimal MICROS_PER_THOUSANDTH = BigDecimal.valueOf(1_000);

    private ClearingPrice() {}

    /**
     * The price of one impression.
     *
     * @param price the value of the parameter; the signed price stands if it is not a number
     */
    static long micros(String price, long signedMicros) {
        if (price.isEmpty() || price.length() > MAX_LENGTH || !price.matches("\\d+(\\.\\d+)?")) {
            return signedMicros;
        }
        BigDecimal micros =
                new BigDecimal(price).multiply(MICROS_PER_THOUSANDTH).setScale(0, RoundingMode.HALF_UP);
        return micros.min(BigDecimal.valueOf(signedMicros)).longValueExact();
    }
}
