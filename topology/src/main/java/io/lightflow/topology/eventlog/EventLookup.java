package io.lightflow.topology.eventlog;

import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.Lock;

/** Answers the queries of one read of a shard. Used by one thread. */
final class EventLookup {
    private static final long MAX_TIME_WITH_DAY = Integer.MAX_VALUE * KeyDay.DAY_MS;

    private final EventHashing hashing;
    private final int shard;
    private final EventLocations locations = new EventLocations();
    private byte[] lastKey;
    private int lastKeyHash;

    EventLookup(EventHashing hashing, int shard) {
        this.hashing = hashing;
        this.shard = shard;
    }

    /** The events of a block come by join key. */
    private int keyHash(byte[] joinKey) {
        if (joinKey != lastKey) {
            lastKey = joinKey;
            lastKeyHash = hashing.ofKey(shard, joinKey);
        }
        return lastKeyHash;
    }

    /** @param growing held while open indexes are read */
    List<List<EventCell>> find(List<EventQuery> queries, LogView view, Lock growing) {
        int count = queries.size();
        List<List<EventCell>> cells = new ArrayList<>(Collections.nCopies(count, List.of()));
        long[] hashes = new long[count];
        // Only the places of events in open segments are taken under the lock, by query.
        EventLocations[] open = new EventLocations[count];
        growing.lock();
        try {
            for (int i = 0; i < count; i++) {
                EventQuery query = queries.get(i);
                int key = keyHash(query.joinKey());
                hashes[i] = EventHashing.combine(key, query.id() == null ? 0 : hashing.ofId(query.type(), query.id()));
                open[i] = findOpen(query, hashes[i], view.open());
            }
        } finally {
            growing.unlock();
        }
        for (int i = 0; i < count; i++) {
            EventQuery query = queries.get(i);
            locations.clear();
            findSealed(query, hashes[i], view.sealed());
            if (open[i] != null || locations.size() > 0) {
                List<EventCell> found = new ArrayList<>(2);
                read(query, locations, view, found);
                if (open[i] != null) {
                    read(query, open[i], view, found);
                }
                cells.set(i, found);
            }
        }
        return cells;
    }

    private static EventLocations findOpen(EventQuery query, long hash, List<OpenSegment> segments) {
        EventLocations found = null;
        int firstDay = firstDay(query);
        int lastDay = lastDay(query);
        for (OpenSegment segment : segments) {
            OpenIndex index = segment.index();
            boolean byId = query.id() != null;
            int event = byId ? index.lastOfHash(hash) : index.lastOfKey(EventHashing.keyHash(hash));
            while (event >= 0) {
                if (index.day(event) >= firstDay && index.day(event) <= lastDay) {
                    found = found == null ? new EventLocations() : found;
                    found.add(segment.file().number(), index.offset(event));
                }
                event = byId ? index.previousOfHash(event) : index.previousOfKey(event);
            }
        }
        return found;
    }

    private void findSealed(EventQuery query, long hash, List<SealedIndex> sealed) {
        for (int i = 0; i < sealed.size(); i++) {
            SealedIndex index = sealed.get(i);
            if (!index.overlaps(query.since(), query.until())) {
                continue;
            }
            if (query.id() == null) {
                index.findKey(EventHashing.keyHash(hash), firstDay(query), lastDay(query), locations);
            } else {
                index.find(hash, locations);
            }
        }
    }

    private static int firstDay(EventQuery query) {
        return hasDays(query) ? KeyDay.dayOf(query.since()) : Integer.MIN_VALUE;
    }

    private static int lastDay(EventQuery query) {
        return hasDays(query) ? KeyDay.dayOf(query.until()) : Integer.MAX_VALUE;
    }

    /** Days of other times exceed 32 bits. */
    private static boolean hasDays(EventQuery query) {
        return query.since() >= -MAX_TIME_WITH_DAY && query.until() <= MAX_TIME_WITH_DAY;
    }

    private void read(EventQuery query, EventLocations places, LogView view, List<EventCell> found) {
        for (int i = 0; i < places.size(); i++) {
            EventFrame.StoredCell stored = read(view.files().get(places.segment(i)), places.offset(i));
            if (stored != null && stored.shard() == shard && isMeant(query, stored.cell())) {
                found.add(stored.cell());
            }
        }
    }

    private static EventFrame.StoredCell read(SegmentFile file, int offset) {
        try {
            return file.read(offset);
        } catch (IOException e) {
            throw new StoreUnavailableException(
                    "Cannot read the event log in " + file.path().getParent() + ": " + e
                            + ". It is tried again; if it lasts, check the disk",
                    e);
        }
    }

    private static boolean isMeant(EventQuery query, EventCell cell) {
        return cell.type() == query.type()
                && query.isWithin(cell.time())
                && Arrays.equals(cell.joinKey(), query.joinKey())
                && (query.id() == null || Arrays.equals(cell.id(), query.id()));
    }

    /** @param growing held while open indexes are read */
    int[] bounds(List<KeyDay> asked, LogView view, Lock growing) {
        int[] bounds = new int[asked.size()];
        growing.lock();
        try {
            for (int i = 0; i < bounds.length; i++) {
                KeyDay keyDay = asked.get(i);
                int key = keyHash(keyDay.joinKey());
                long bound = 0;
                for (OpenSegment segment : view.open()) {
                    bound += segment.index().sketch().bound(key, keyDay.day());
                }
                for (SealedIndex index : view.sealed()) {
                    bound += index.bound(key, keyDay.day());
                }
                bounds[i] = (int) Math.min(bound, Integer.MAX_VALUE);
            }
        } finally {
            growing.unlock();
        }
        return bounds;
    }
}
