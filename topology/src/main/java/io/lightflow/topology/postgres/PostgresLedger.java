package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import io.lightflow.position.Position;
import io.lightflow.sink.Ledger;
import java.util.SortedMap;

/** Reads the ledger of one topology and group, for an operator's eyes; changes nothing. Thread-safe. */
public final class PostgresLedger implements Ledger {
    private final PostgresPool pool;
    private final LedgerTable ledger;
    private final String name;

    /** Does not connect yet. */
    public PostgresLedger(PostgresSettings settings, String topology, String group) {
        pool = new PostgresPool(settings, "lightflow-ledger");
        ledger = new LedgerTable(topology, group);
        name = topology + "/" + group;
    }

    @Override
    public Position read(int shard) {
        return pool.run("read the ledger of " + ledger.name(shard), connection -> ledger.read(connection, shard))
                .map(LedgerEntry::position)
                .orElse(Position.START);
    }

    /** Every shard that was ever opened, by number. */
    public SortedMap<Integer, LedgerEntry> readAll() {
        return pool.run("read the ledger of " + name, ledger::readAll);
    }

    @Override
    public void close() {
        pool.close();
    }
}
