/** Copies schemas from one registry to another over REST, without overwriting anything. */
package io.lightflow.registry.sync;
