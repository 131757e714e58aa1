/** The commands of a service. */
package io.lightflow.service.command;
