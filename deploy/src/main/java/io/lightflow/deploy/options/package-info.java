/** Options that commands share. */
package io.lightflow.deploy.options;
