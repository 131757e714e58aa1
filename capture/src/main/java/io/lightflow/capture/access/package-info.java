/** The partners that may send batches. */
package io.lightflow.capture.access;
