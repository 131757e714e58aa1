/** Settings files in YAML. */
package io.lightflow.service.settings;
