/** Reads the rows of an archive one by one, for comparisons. */
package io.lightflow.deploy.archive;
