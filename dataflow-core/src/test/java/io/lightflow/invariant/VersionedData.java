package io.lightflow.invariant;

import io.lightflow.enrichment.CampaignSource;
import io.lightflow.enrichment.Client;
import io.lightflow.enrichment.ClientSource;
import io.lightflow.enrichment.Enrichment;
import io.lightflow.enrichment.Place;
import io.lightflow.enrichment.PlaceSource;

/** Data for enrichment whose every answer tells its version. It knows all addresses, user agents and campaigns. */
public final class VersionedData {
    private VersionedData() {}

    public static Enrichment of(long version) {
        return new Enrichment(new Places(version), new Clients(version), new Campaigns(version));
    }

    /** The country that data of this version finds. */
    public static String country(long version) {
        return "C" + version;
    }

    private record Places(long version) implements PlaceSource {
        @Override
        public Place find(String address) {
            return !address.isEmpty() && Character.isDigit(address.charAt(0))
                    ? new Place(country(version), address)
                    : Place.UNKNOWN;
        }
    }

    private record Campaigns(long version) implements CampaignSource {
        @Override
        public String advertiserOf(String campaignId) {
            return "advertiser of " + campaignId + " by " + version;
        }
    }

    private record Clients(long number) implements ClientSource {
        @Override
        public Client parse(String userAgent) {
            return new Client("device" + number, userAgent + number, "");
        }

        @Override
        public String version() {
            return "parser " + number;
        }
    }
}
