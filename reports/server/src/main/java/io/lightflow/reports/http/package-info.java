/** What all features share: who calls, how parameters and bodies are read, and how is answered. */
package io.lightflow.reports.http;
