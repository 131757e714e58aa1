/** What all features share: authentication, parsing of parameters and bodies, and responses. */
package io.lightflow.reports.http;
