/** The common ground of all features: authentication, parsing of parameters and bodies, and responses. */
package io.lightflow.reports.http;
