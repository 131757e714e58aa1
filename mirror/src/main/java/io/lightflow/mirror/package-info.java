/**
 * Copies the light topics of every data center to the central cluster, each record exactly once. It runs MirrorMaker 2
 * with rendered and validated settings, supervises it, and audits its copies.
 */
package io.lightflow.mirror;
