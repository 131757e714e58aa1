package io.lightflow.deploy.reconcile;

import io.lightflow.database.StatisticsTable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** @param values counts and money, in the order of {@link StatisticsTable#COUNT_COLUMNS} */
record StatisticsSums(List<BigInteger> values) {
    static final StatisticsSums NOTHING =
            new StatisticsSums(Collections.nCopies(StatisticsTable.COUNT_COLUMNS.size(), BigInteger.ZERO));

    StatisticsSums {
        values = List.copyOf(values);
    }

    /** @param from index of the first column, from 1; the columns may hold numbers or strings */
    static StatisticsSums of(ResultSet row, int from) throws SQLException {
        List<BigInteger> values = new ArrayList<>();
        for (int i = 0; i < StatisticsTable.COUNT_COLUMNS.size(); i++) {
            values.add(new BigDecimal(row.getString(from + i)).toBigIntegerExact());
        }
        return new StatisticsSums(values);
    }

    StatisticsSums plus(StatisticsSums other) {
        List<BigInteger> sums = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            sums.add(values.get(i).add(other.values.get(i)));
        }
        return new StatisticsSums(sums);
    }

    /** The values that are not 0. */
    @Override
    public String toString() {
        List<String> named = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).signum() != 0) {
                named.add(StatisticsTable.COUNT_COLUMNS.get(i) + "=" + values.get(i));
            }
        }
        return named.isEmpty() ? "nothing" : String.join(" ", named);
    }
}
