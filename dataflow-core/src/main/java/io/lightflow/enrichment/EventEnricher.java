package io.lightflow.enrichment;

import io.lightflow.event.Click;
import io.lightflow.event.FieldSplicer;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;

/**
 * Fills fields that events lack from their address, their user agent and their campaign, and cuts the host part off
 * addresses. A field that the ad server has set stays. Not thread-safe.
 */
public final class EventEnricher {
    private final PlaceSource places;
    private final ClientSource clients;
    private final CampaignSource campaigns;

    private final FieldSplicer impression = new FieldSplicer(Impression.getClassSchema());
    private final int country = impression.string("country");
    private final int region = impression.string("region");
    private final int device = impression.string("device");
    private final int browser = impression.string("browser");
    private final int operatingSystem = impression.string("operatingSystem");
    private final int userAgent = impression.string("userAgent");
    private final int ip = impression.string("ip");
    private final int placeVersion = impression.integer("placeVersion");
    private final int clientVersion = impression.string("clientVersion");
    private final int advertiserId = impression.string("advertiserId");
    private final int campaignId = impression.string("campaignId");
    private final int campaignVersion = impression.integer("campaignVersion");

    private final FieldSplicer click = new FieldSplicer(Click.getClassSchema());
    private final int clickIp = click.string("ip");

    public EventEnricher(Enrichment enrichment) {
        places = enrichment.places();
        clients = enrichment.clients();
        campaigns = enrichment.campaigns();
    }

    /** The event's body with the fields that it lacked; the very body if nothing changes. */
    public byte[] body(LightEvent event) {
        return switch (event.type()) {
            case IMPRESSION -> impression(event.body());
            case CLICK -> click(event.body());
            case CONVERSION, TAG -> event.body();
        };
    }

    private byte[] impression(byte[] body) {
        if (places == null && clients == null && campaigns == null) {
            return body;
        }
        impression.read(body);
        if (places != null && !impression.isEmpty(ip)) {
            fillPlace();
        }
        if (clients != null && !impression.isEmpty(userAgent)) {
            fillClient();
        }
        if (campaigns != null && impression.isEmpty(advertiserId) && !impression.isEmpty(campaignId)) {
            fillAdvertiser();
        }
        return impression.result();
    }

    private void fillPlace() {
        String address = impression.get(ip);
        cutHost(impression, ip, address);
        if (!impression.isEmpty(country) && !impression.isEmpty(region)) {
            return;
        }
        Place place = places.find(address);
        boolean fillsCountry = impression.isEmpty(country) && !place.country().isEmpty();
        boolean fillsRegion = impression.isEmpty(region)
                && !place.region().isEmpty()
                && (fillsCountry || place.country().equals(impression.get(country)));
        if (fillsCountry) {
            impression.set(country, place.country());
        }
        if (fillsRegion) {
            impression.set(region, place.region());
        }
        if (fillsCountry || fillsRegion) {
            impression.set(placeVersion, places.version());
        }
    }

    private static void cutHost(FieldSplicer event, int field, String address) {
        String withoutHost = Addresses.withoutHost(address);
        if (!withoutHost.equals(address)) {
            event.set(field, withoutHost);
        }
    }

    private void fillClient() {
        if (!impression.isEmpty(device) && !impression.isEmpty(browser) && !impression.isEmpty(operatingSystem)) {
            return;
        }
        Client client = clients.parse(impression.get(userAgent));
        boolean fills = fill(device, client.device());
        fills |= fill(browser, client.browser());
        fills |= fill(operatingSystem, client.operatingSystem());
        if (fills) {
            impression.set(clientVersion, clients.version());
        }
    }

    private void fillAdvertiser() {
        String advertiser = campaigns.advertiserOf(impression.get(campaignId));
        if (!advertiser.isEmpty()) {
            impression.set(advertiserId, advertiser);
            impression.set(campaignVersion, campaigns.version());
        }
    }

    private boolean fill(int field, String value) {
        if (value.isEmpty() || !impression.isEmpty(field)) {
            return false;
        }
        impression.set(field, value);
        return true;
    }

    private byte[] click(byte[] body) {
        if (places == null) {
            return body;
        }
        click.read(body);
        if (!click.isEmpty(clickIp)) {
            cutHost(click, clickIp, click.get(clickIp));
        }
        return click.result();
    }
}
