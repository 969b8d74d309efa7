#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs libFuzzer on each target for FUZZ_SECONDS, FUZZ_JOBS at a time. Corpora grow in build/fuzz/corpus; what breaks an
# invariant is left in build/fuzz/found/TARGET (keep it in tests/fuzz/found/TARGET with the fix). Called by `make fuzz`.
# usage: fuzz.sh [TARGET...]   fuzz.sh --table: the results as rows for docs/security.md   (by itself: --one TARGET LONGEST)
set -u
BUILD=${BUILD:-build}
FUZZ_SECONDS=${FUZZ_SECONDS:-3600}
FUZZ_JOBS=${FUZZ_JOBS:-$(nproc)}
export BUILD FUZZ_SECONDS
program="$BUILD/fuzz/ocpp-fuzz"
dir="$BUILD/fuzz"

one() {
  name=$1
  log="$dir/log/$name.log"
  mkdir -p "$dir/corpus/$name" "$dir/found/$name"
  set -- --target="$name" -max_len="$2" -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=3000 \
    -print_final_stats=1 -artifact_prefix="$dir/found/$name/"
  [ ! -s "$dir/seeds/$name.dict" ] || set -- "$@" -dict="$dir/seeds/$name.dict"
  set -- "$@" "$dir/corpus/$name" "$dir/seeds/$name"
  for known in "tests/fuzz/seeds/$name" "tests/fuzz/found/$name"; do
    [ ! -d "$known" ] || set -- "$@" "$known"
  done
  "$program" "$@" > "$log" 2>&1
  status=$?
  echo "$name: $(grep -E '^#[0-9]+.*DONE' "$log" | tail -1)"
  [ $status -eq 0 ] || echo "$name: FOUND, see $log"
  return $status
}

if [ "${1:-}" = --table ]; then
  for log in "$dir"/log/*.log; do
    sed -n 's/^#\([0-9]*\).*DONE  *cov: \([0-9]*\) ft: [0-9]* corp: \([^ ]*\) .*/\1 \2 \3/p; s/^Done .* in \([0-9]*\) second.*/\1/p' "$log" |
      tr '\n' ' ' | awk -v name="$(basename "$log" .log)" 'NF == 4 {print "| `" name "` | " $1 " | " $4 " | " $2 " | " $3 " |"}'
  done
  exit
fi
if [ "${1:-}" = --one ]; then
  one "$2" "$3"
  exit
fi
mkdir -p "$dir/log" "$dir/corpus" "$dir/found"
"$program" --write="$dir/seeds" > "$dir/targets" || exit 2
wanted=" $* "
while read -r name longest; do
  [ $# -eq 0 ] || case "$wanted" in *" $name "*) ;; *) continue ;; esac
  echo "$name $longest"
done < "$dir/targets" | xargs -r -P "$FUZZ_JOBS" -L 1 sh "$0" --one
