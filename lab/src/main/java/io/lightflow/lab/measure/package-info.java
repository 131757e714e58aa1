/** What benches measure: the local stack that they start, and the usage of processes. */
package io.lightflow.lab.measure;
