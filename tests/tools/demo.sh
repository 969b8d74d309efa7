#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A whole charging session on the terminal: bridge with embedded back-end, a scripted SOAP 1.5 charger, a remote stop.
# Called by `make demo`; ends with a summary and the exit status of the session.
set -eu
BUILD=${1:-build}
DIR=$(mktemp -d)
bridge=
charger=
show=
cleanup() {
  [ -z "$show" ] || kill "$show" 2>/dev/null || true
  [ -z "$charger" ] || kill "$charger" 2>/dev/null || true
  [ -z "$bridge" ] || kill "$bridge" 2>/dev/null || true
  [ -z "$bridge" ] || wait "$bridge" 2>/dev/null || true
  rm -rf "$DIR"
}
trap cleanup EXIT INT TERM

# until_line FILE PATTERN PID: waits until the file has a matching line and prints it; gives up when the process is gone.
until_line() {
  n=0
  while ! grep -m1 "$2" "$1" 2>/dev/null; do
    kill -0 "$3" 2>/dev/null || { echo "demo: the process ended early" >&2; cat "$1" >&2; return 1; }
    n=$((n + 1))
    [ "$n" -lt 600 ] || { echo "demo: waited too long for: $2" >&2; return 1; }
    sleep 0.1
  done
}

"$BUILD/ocpp-soap-bridge" --listen 127.0.0.1:0 --auto-register --callback-allow 127.0.0.0/8 --trace > "$DIR/bridge.log" 2>&1 &
bridge=$!
tail -n +1 -f "$DIR/bridge.log" &
show=$!
until_line "$DIR/bridge.log" ' listening ' "$bridge" > "$DIR/listening"
url=$(sed -n 's/.*soap=\([^ ]*\).*/\1/p' "$DIR/listening")
base=${url%/ocpp}

"$BUILD/tests/tools/demo_charger" run "$url" CP-DEMO > "$DIR/charger.log" 2>&1 &
charger=$!
until_line "$DIR/charger.log" 'waits for RemoteStopTransaction' "$charger" > "$DIR/waits"
id=$(sed -n 's/^transaction \([0-9]*\) .*/\1/p' "$DIR/waits")
answer=$("$BUILD/tests/tools/demo_charger" post "$base/embedded/CP-DEMO/RemoteStopTransaction" "{\"transactionId\":$id}")
status=0
wait "$charger" || status=$?
charger=
"$BUILD/tests/tools/demo_charger" summary "$base/embedded/report" > "$DIR/summary" || status=1
kill "$bridge"
wait "$bridge" || status=1
bridge=
sleep 0.3
kill "$show" && show=
[ "$status" -eq 0 ] || cat "$DIR/charger.log"
cat "$DIR/summary"
echo "  the back-end's RemoteStopTransaction was answered $answer"
exit $status
