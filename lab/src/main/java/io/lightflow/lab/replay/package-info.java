/** Replays logs over HTTP: as requests of browsers and advertisers to capture servers. */
package io.lightflow.lab.replay;
