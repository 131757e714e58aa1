/**
 * What an ad server embeds: {@link io.lightflow.producer.LightEvents} sends impressions, clicks, conversions and tags
 * to the Kafka of the ad server's data center, {@link io.lightflow.producer.link.SignedLinks} makes and checks click
 * and postback URLs.
 */
package io.lightflow.producer;
