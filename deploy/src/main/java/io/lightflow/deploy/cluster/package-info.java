/**
 * The cluster of separate processes on one machine: ZooKeeper, Nimbus, Supervisor, brokers, MirrorMaker, schema
 * registry and PostgreSQL, each with its own directory (pid, launch description, logs, data), so that each can be
 * inspected, stopped, frozen, killed and restarted separately. {@link io.lightflow.deploy.cluster.Cluster} is the entry
 * point.
 */
package io.lightflow.deploy.cluster;
