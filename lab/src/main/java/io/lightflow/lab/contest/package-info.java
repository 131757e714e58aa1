/**
 * {@code lab/bench --against}: Lightflow and programs for other platforms do the same job in turn, on one broker and
 * one PostgreSQL, and every output is compared with one independent answer.
 */
package io.lightflow.lab.contest;
