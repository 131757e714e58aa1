package io.lightflow.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement tells which tables it may read, and never forgets one. */
class SqlStatementTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from clicks",
                "select * from us.CLICKS c where c.id = 'x'",
                "select * from \"clicks\"",
                "select * from 'clicks'",
                "from clicks",
                "select (select max(id) from clicks)",
                "with a as (select * from clicks) select * from a",
                "select * from range(3) r, lateral (select count(*) from clicks where kafka_offset < r.range)",
                "select * from impressions where id in (select impressionId from clicks)",
                "select 1 union all select count(*) from clicks;",
                "select * from (pivot clicks on currency in ('EUR') using count(*))",
                "summarize clicks",
                "select * from query_table('clicks')",
                "select * from query_table('cli' || 'cks')",
                "select * from query('select * from cli' || 'cks')",
                "select * from range(2), query('from cli' || 'cks')"
            })
    void whatItMayReadIsFound(String sql) {
        assertThat(SqlStatement.parse(sql).mayRead("clicks")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from joined_clicks",
                "select * from impressions",
                "select * from range(3)",
                "select unnest([1, 2])",
                "select * from clicks2, unnest([1])",
                "select table_name from information_schema.tables",
                "select * from duckdb_tables()"
            })
    void anotherTableIsNot(String sql) {
        assertThat(SqlStatement.parse(sql).mayRead("clicks")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "show tables",
                "describe clicks",
                "select * from duckdb_tables()",
                "select * from information_schema.columns",
                "select * from pragma_table_info('clicks')"
            })
    void aQuestionAboutTablesIsRecognized(String sql) {
        assertThat(SqlStatement.parse(sql).describesTables()).isTrue();
    }

    @Test
    void anOrdinaryQueryAsksNothingAboutTables() {
        assertThat(SqlStatement.parse("select count(*) from clicks").describesTables())
                .isFalse();
    }
}
