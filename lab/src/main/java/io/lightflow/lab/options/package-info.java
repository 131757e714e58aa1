/** Converters of command-line options. */
package io.lightflow.lab.options;
