/**
 * Copies the light topics of every data center to the central cluster, each record exactly once: MirrorMaker 2, its
 * settings rendered and validated, supervised, and its copies audited.
 */
package io.lightflow.mirror;
