/** Brings to one registry what another knows, over REST, without overwriting anything. */
package io.lightflow.registry.sync;
