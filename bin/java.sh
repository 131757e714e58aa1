# Sourced by the scripts: finds Java, and the flags with which this version of it prints no warnings.

# fail MESSAGE: ends the script.
fail() {
  echo "$1" >&2
  exit 1
}

# find_java: sets `java` and `java_flags`.
find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no $java. Set it to the folder of a Java runtime, 17 to 25."
  else
    java=$(command -v java) || fail "No java on the PATH. Install a Java runtime, 17 to 25, or set JAVA_HOME."
  fi
  java_version=$("$java" -XX:TieredStopAtLevel=1 -version 2>&1 | sed -n 's/^.* version "\([0-9][0-9]*\).*/\1/p' | head -n 1)
  [ -n "$java_version" ] || fail "$java -version prints no version. Install a Java runtime, 17 to 25, or set JAVA_HOME."
  [ "$java_version" -ge 17 ] || fail "$java is older than Java 17. Install a Java runtime, 17 to 25, or set JAVA_HOME."
  java_flags=-XX:-UsePerfData
  if [ "$java_version" -ge 24 ]; then
    # Compression and the join store are native code, and Storm's queues use sun.misc.Unsafe.
    java_flags="$java_flags --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
  fi
}

# is_terminal: prints whether the output is one.
is_terminal() {
  if [ -t 1 ]; then echo true; else echo false; fi
}
