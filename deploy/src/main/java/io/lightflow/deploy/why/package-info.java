/** {@code lightflow why}: the way of one event through a group. */
package io.lightflow.deploy.why;
