package io.lightflow.topology.simulation;

import static io.lightflow.topology.simulation.Promise.require;
import static io.lightflow.topology.simulation.Promise.requireEqual;

import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.invariant.OutputReader.DecodedOutput;
import io.lightflow.invariant.VersionedData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The impressions of one shard as they were emitted. Some of their fields were filled by data that changes with every
 * process. A click or conversion that joins an impression must carry it as it was emitted, whichever data is in force.
 */
final class EmittedImpressions {
    private final Map<List<String>, Impression> emitted = new HashMap<>();

    /** Checks one output of a commit. */
    void audit(DecodedOutput output) {
        if (output.record() instanceof JoinedImpression joined) {
            Impression impression = joined.getImpression();
            require(
                    impression.getPlaceVersion() == 0
                            || impression.getCountry().equals(VersionedData.country(impression.getPlaceVersion())),
                    () -> "J: two versions of the data filled one impression: " + impression);
            emitted.put(List.of(output.outcome().joinKey(), impression.getId()), impression);
        } else if (output.record() instanceof JoinedClick joined) {
            requireAsEmitted(output, joined.getImpression());
        } else if (output.record() instanceof JoinedConversion joined && joined.getImpression() != null) {
            requireAsEmitted(output, joined.getImpression());
        }
    }

    /** Checks that an output carries its impression as it was emitted. */
    private void requireAsEmitted(DecodedOutput output, Impression carried) {
        requireEqual(
                carried,
                emitted.get(List.of(output.outcome().joinKey(), carried.getId())),
                "J: the impression that " + output.outcome() + " carries");
    }

    /** The impression as it was emitted. It differs from the one that was sent only by filled fields. */
    Impression filled(String joinKey, Impression sent) {
        Impression found = emitted.get(List.of(joinKey, sent.getId()));
        Impression unfilled = Impression.newBuilder(found)
                .setIp(sent.getIp())
                .setCountry(sent.getCountry())
                .setDevice(sent.getDevice())
                .setBrowser(sent.getBrowser())
                .setPlaceVersion(0)
                .setClientVersion("")
                .build();
        requireEqual(unfilled, sent, "J: an emitted impression without the fields that were filled");
        return found;
    }
}
