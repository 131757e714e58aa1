package io.lightflow.topology.postgres;

import io.lightflow.position.Position;
import java.time.Instant;
import java.util.Optional;

/**
 * A shard's row in the ledger.
 *
 * @param position how far it has come
 * @param epoch how often a writer took it over
 * @param openedAt when that was last, by PostgreSQL's clock
 * @param committedAt when it was last moved, by PostgreSQL's clock; empty if never
 */
public record LedgerEntry(Position position, long epoch, Instant openedAt, Optional<Instant> committedAt) {}
