# Sourced by the scripts of the source tree, which set `project` before: builds what is stale, and runs it.
# shellcheck shell=sh

. "$project/bin/java.sh"

# build_if_stale MODULE [SOURCES]: builds a module, and those that it depends on, if a pom.xml or a file below SOURCES
# (src/main by default) is newer than the last good build. A deleted file changes its folder. Builds of lab and of the
# distribution include all other modules.
build_if_stale() {
  why="the first build also downloads libraries"
  for built in "$1" lab deploy/distribution; do
    stamp=$project/$built/target/last-good-build
    if [ -f "$stamp" ]; then
      changed=$(changed_since "$stamp" "${2:-src/main}")
      [ -n "$changed" ] || return 0
      why="${changed#./} has changed"
    fi
  done
  build "$1" "$why"
}

# build_peer_if_stale PEER: the same for a program of lab/peers, which only the profile `peers` builds.
build_peer_if_stale() {
  [ -f "$project/lab/peers/$1/pom.xml" ] || return 0
  stamp=$project/lab/peers/$1/target/last-good-build
  why="the first build of $1 also downloads libraries"
  if [ -f "$stamp" ]; then
    changed=$(changed_since "$stamp" src/main)
    [ -n "$changed" ] || return 0
    why="${changed#./} has changed"
  fi
  build "lab/peers/$1" "$why" -Ppeers
}

# build MODULE WHY [OPTION...]: builds a module, and those that it depends on; the options are Maven's.
build() {
  target=$project/$1/target
  stamp=$target/last-good-build
  why=$2
  module=$1
  shift 2
  command -v mvn >/dev/null || fail "No mvn on the PATH. Install Maven 3.8 or newer, which builds the project."
  echo "Building: $why ..." >&2
  mkdir -p "$target"
  touch "$stamp.begun"
  maven "$module" "$@" 2>&1 | tee "$target/build.log" |
    sed -n 's/^\[INFO\] Building \([^ ]*\) .*\(\[[0-9]*\/[0-9]*\]\)$/  \2 \1/p' >&2
  if ! grep -q '^\[INFO\] BUILD SUCCESS' "$target/build.log"; then
    grep '^\[ERROR\]' "$target/build.log" | head -n 20 >&2
    fail "The build failed. Its log is $target/build.log"
  fi
  mv "$stamp.begun" "$stamp"
}

# changed_since STAMP SOURCES: prints a source that is newer, if there is one.
changed_since() {
  cd "$project" && find . \( -name target -o -name '.?*' -o -path ./deploy/distribution/src/main/dist \) -prune -o \
    -newer "$1" \( -name pom.xml -o -path "*/$2" -o -path "*/$2/*" \) -print | head -n 1
}

# The tests, the format, Error Prone and the tarball are for `mvn verify`.
maven() {
  built=$1
  shift
  cd "$project" && mvn "$@" -B -ntp -DskipTests -DskipErrorProne -Dspotless.check.skip -Dspotless.apply.skip -Dassembly.skipAssembly \
    -pl "$built" -am package
}

# run_java MODULE CLASS_PATH CLASS [OPTION...]: runs a class in place of the script. LIGHTFLOW_JAVA_OPTIONS replaces
# `java_options`; what libraries unpack for a moment stays in the build folder.
run_java() {
  find_java
  target=$project/$1/target
  class_path=$2
  shift 2
  mkdir -p "$target/tmp"
  # shellcheck disable=SC2086
  exec "$java" $java_flags ${LIGHTFLOW_JAVA_OPTIONS:-$java_options} -Djava.io.tmpdir="$target/tmp" \
    -Dlightflow.log.level=WARN -Dlightflow.target="$target" -Dlightflow.terminal="$(is_terminal)" -cp "$class_path" "$@"
}

# run MODULE CLASS [OPTION...]: builds a module if it is stale, and runs a class of it.
run() {
  build_if_stale "$1"
  classes=$project/$1/target/classes:$(cat "$project/$1/target/classpath.txt")
  module=$1
  shift
  run_java "$module" "$classes" "$@"
}

# run_test_class MODULE CLASS [OPTION...]: the same for a class among the tests.
run_test_class() {
  build_if_stale "$1" src
  classes=$project/$1/target/test-classes:$project/$1/target/classes:$(cat "$project/$1/target/test-classpath.txt")
  module=$1
  shift
  run_java "$module" "$classes" "$@"
}
