package io.lightflow.lab.feed;

import io.lightflow.deploy.group.DcGroup;
import java.util.List;

/** Draws what an ad is, where it is shown, and what it costs. Ads are numbered through. */
interface Market {
    int ADVERTISERS = 20;
    int CAMPAIGNS_PER_ADVERTISER = 5;
    int CREATIVES_PER_CAMPAIGN = 5;

    /** From 0 to {@code count - 1}. */
    int choice(Draw draw, int count);

    long priceMicros(Draw draw, int campaign);

    String country(Draw draw, DcGroup group);

    default <T> T of(Draw draw, List<T> choices) {
        return choices.get(choice(draw, choices.size()));
    }

    /** Everything is as frequent as everything else of its kind. */
    enum Uniform implements Market {
        INSTANCE;

        private static final List<String> COUNTRIES = List.of("DE", "FR", "GB", "US", "CA", "JP");

        @Override
        public int choice(Draw draw, int count) {
            return draw.below(count);
        }

        @Override
        public long priceMicros(Draw draw, int campaign) {
            return 200L + draw.below(5_000);
        }

        @Override
        public String country(Draw draw, DcGroup group) {
            return draw.of(COUNTRIES);
        }
    }
}
