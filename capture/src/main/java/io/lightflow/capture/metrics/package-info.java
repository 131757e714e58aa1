/** The metrics of the server. */
package io.lightflow.capture.metrics;
