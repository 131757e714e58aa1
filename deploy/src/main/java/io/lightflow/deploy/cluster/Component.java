package io.lightflow.deploy.cluster;

/** The components of a cluster, in the order of their dependencies. */
public enum Component {
    ZOOKEEPER,
    /** Nimbus and the Supervisor with its workers; needs ZooKeeper. */
    STORM,
    /** One Kafka cluster per data center and the central one. */
    KAFKA,
    POSTGRES,
    /** The schema registry; needs PostgreSQL. */
    REGISTRY,
    /** MirrorMaker from every data center to the central Kafka; needs Kafka. */
    MIRROR,
    /** One capture server per data center; needs Kafka. */
    CAPTURE
}
