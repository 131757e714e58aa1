package io.lightflow.lab;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeTags;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * Long replays on local stacks. Storm's local mode exists once per process, so a second process runs them while
 * {@link RemainingSuite} uses the first.
 */
@Suite
@SelectPackages("io.lightflow.lab")
@IncludeClassNamePatterns(".*Test")
@IncludeTags("replay")
class ReplaySuite {}
