package io.lightflow.deploy.reconcile;

import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Sums over a set of rows, in any order.
 *
 * @param rows how many
 * @param amountMicros their money; of one currency, or not comparable with anything but itself
 * @param hash the sum of the rows' 128-bit hashes, modulo 2^128. A sum, unlike an exclusive or, tells a row that is
 *     there twice from none
 */
record SetSum(long rows, BigInteger amountMicros, String hash) {
    static final SetSum NOTHING = new SetSum(0, BigInteger.ZERO, "0".repeat(32));

    /** Defines the hash of a row. Its separator is no character of an id. */
    static final String MACRO =
            "CREATE MACRO row_hash(id, event_ms, amount, currency) AS md5_number(concat(id, chr(31),"
                    + " event_ms, chr(31), amount, chr(31), currency))";

    /** Sums rows that have hashes. */
    static final String COLUMNS = "count(*) AS n, coalesce(sum(amount), 0) AS money,"
            + " sum(CAST(hash >> 64 AS UBIGINT)) AS high,"
            + " sum(CAST(hash & 18446744073709551615 AS UBIGINT)) AS low";

    /** Sums such sums. */
    static final String TOTAL = "CAST(coalesce(sum(n), 0) AS BIGINT) AS n, coalesce(sum(money), 0) AS money,"
            + " coalesce(sum(high), 0) AS high, coalesce(sum(low), 0) AS low";

    /** Sums as {@link #of} reads them. */
    static final String READ = "n, CAST(money AS VARCHAR), CAST(high AS VARCHAR), CAST(low AS VARCHAR)";

    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

    /** Adds the hash to rows. */
    static String hashed(String from) {
        return "(SELECT *, row_hash(id, event_ms, amount, currency) AS hash FROM " + from + ")";
    }

    /** @param from the first of the columns in the result, from 1 */
    static SetSum of(ResultSet row, int from) throws SQLException {
        long rows = row.getLong(from);
        if (rows == 0) {
            return NOTHING;
        }
        BigInteger hash = new BigInteger(row.getString(from + 2))
                .shiftLeft(64)
                .add(new BigInteger(row.getString(from + 3)))
                .mod(MODULUS);
        return new SetSum(rows, new BigInteger(row.getString(from + 1)), hex(hash));
    }

    SetSum plus(SetSum other) {
        BigInteger sum = new BigInteger(hash, 16).add(new BigInteger(other.hash, 16));
        return new SetSum(rows + other.rows, amountMicros.add(other.amountMicros), hex(sum.mod(MODULUS)));
    }

    private static String hex(BigInteger hash) {
        String digits = hash.toString(16);
        return "0".repeat(32 - digits.length()) + digits;
    }
}
