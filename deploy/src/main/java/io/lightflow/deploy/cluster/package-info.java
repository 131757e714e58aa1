/**
 * The cluster of separate processes on one machine: ZooKeeper, Nimbus, Supervisor, brokers, MirrorMaker, schema
 * registry and PostgreSQL, each with its own folder (pid, launch description, logs, data), so that each can be looked
 * at, stopped, frozen, killed and started again on its own. {@link io.lightflow.deploy.cluster.Cluster} is the entry
 * point.
 */
package io.lightflow.deploy.cluster;
