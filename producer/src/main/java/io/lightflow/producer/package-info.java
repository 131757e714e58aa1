/**
 * The library that an ad server embeds. {@link io.lightflow.producer.LightEvents} sends impressions, clicks,
 * conversions and tags to the Kafka of the ad server's data center. {@link io.lightflow.producer.link.SignedLinks}
 * creates and verifies click and postback URLs.
 */
package io.lightflow.producer;
