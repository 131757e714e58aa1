package io.lightflow.lab;

import org.junit.platform.suite.api.ExcludeTags;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** All tests of this module that are not in {@link ReplaySuite}. */
@Suite
@SelectPackages("io.lightflow.lab")
@SelectClasses(names = "io.lightflow.topology.postgres.PostgresFailureTest")
@IncludeClassNamePatterns(".*Test")
@ExcludeTags("replay")
class RemainingSuite {}
