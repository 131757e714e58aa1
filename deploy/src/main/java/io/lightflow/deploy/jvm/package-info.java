/** How JVMs are started. */
package io.lightflow.deploy.jvm;
