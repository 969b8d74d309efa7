#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs every suite, adds up their closing lines and ends with `N passed, N failed`. Called by `make check`.
set -u
BUILD=${BUILD:-build}
PYTHON=${PYTHON:-/usr/bin/python3}
OFFICIAL=${OFFICIAL:-../shared/official}
WSDL_DIR=${WSDL_DIR:-wsdl}
export BUILD OFFICIAL WSDL_DIR
mkdir -p "$BUILD/tests"
passed=0
failed=0

# suite NAME COMMAND...: shows the output; its last `N passed, N failed` counts, a wrong exit status without a failure too.
suite() {
  name=$1
  shift
  log="$BUILD/tests/$name.log"
  echo "== $name"
  "$@" > "$log" 2>&1
  status=$?
  counts=$(grep -E '^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
  p=$(echo "$counts" | sed -n 's/.*\b\([0-9][0-9]*\) passed.*/\1/p')
  f=$(echo "$counts" | sed -n 's/.* \([0-9][0-9]*\) failed.*/\1/p')
  if [ -z "$p" ]; then
    if [ $status -eq 0 ]; then p=1; f=0; else p=0; f=1; fi
  elif [ $status -ne 0 ] && [ "$f" -eq 0 ]; then
    f=1
  fi
  [ "$f" -eq 0 ] || tail -n 200 "$log"
  echo "   $p passed, $f failed"
  passed=$((passed + p))
  failed=$((failed + f))
}

export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0" UBSAN_OPTIONS="print_stacktrace=1"
suite layers "$PYTHON" tests/layers.py
suite docs "$PYTHON" tests/docs_check.py
suite unit "$BUILD/asan/tests/unit"
suite fuzz "$BUILD/asan/tests/fuzz-replay" tests/fuzz
suite systemd "$PYTHON" tests/system/systemd_check.py "$BUILD/asan/ocpp-soap-bridge"
suite hardening "$PYTHON" tests/system/hardening_check.py "$BUILD"
suite verify-wsdl-detects "$PYTHON" tests/contract/verify_wsdl_test.py "$BUILD/tests/verify-wsdl"
if [ -d "$OFFICIAL" ]; then
  suite verify-wsdl "$BUILD/tests/verify-wsdl" wsdl "$OFFICIAL"
else
  echo "== verify-wsdl: no published files at $OFFICIAL, left out"
fi
suite xsd "$PYTHON" tests/contract/xsd_check.py "$BUILD/asan/tests/tools/random_messages"
suite json-schema "$PYTHON" tests/contract/json_schema_check.py "$BUILD/asan/tests/tools/random_messages"
suite system "$PYTHON" tests/system/run.py --bridge "$BUILD/asan/ocpp-soap-bridge"
suite cs "$PYTHON" tests/system/cs_test.py --cs "$BUILD/asan/ocpp-soap-cs"
suite cp "$PYTHON" tests/system/cp_test.py --cp "$BUILD/asan/ocpp-soap-cp" --cs "$BUILD/asan/ocpp-soap-cs" \
  --bridge "$BUILD/asan/ocpp-soap-bridge"
suite cp-conformance "$PYTHON" tests/system/cp_conformance_test.py --cp "$BUILD/asan/ocpp-soap-cp" \
  --cs "$BUILD/asan/ocpp-soap-cs" --bridge "$BUILD/asan/ocpp-soap-bridge"
suite conformance "$PYTHON" tests/system/conformance_test.py --cs "$BUILD/asan/ocpp-soap-cs" --cp "$BUILD/asan/ocpp-soap-cp" \
  --bridge "$BUILD/asan/ocpp-soap-bridge"
suite cp-kill "$PYTHON" tests/system/cp_kill_test.py --cp "$BUILD/asan/ocpp-soap-cp"
suite cp-peer "$PYTHON" tests/system/cp_peer_test.py --cp "$BUILD/asan/ocpp-soap-cp" --bridge "$BUILD/asan/ocpp-soap-bridge"
suite hostile "$PYTHON" tests/system/hostile_test.py --bridge "$BUILD/asan/ocpp-soap-bridge"
if unshare -m sh -c 'mount --bind /etc/hosts /etc/hosts' 2> /dev/null; then
  suite names "$PYTHON" tests/system/names_test.py --bridge "$BUILD/asan/ocpp-soap-bridge"
else
  echo "== names: no mounts of its own possible here (root?), left out"
fi
suite crash "$PYTHON" tests/system/crash_test.py --bridge "$BUILD/asan/ocpp-soap-bridge"
suite outage "$PYTHON" tests/system/outage_test.py --bridge "$BUILD/asan/ocpp-soap-bridge" --growth 0 \
  --chargers 5 --messages 1000 --sessions 40 --sleepless 2
suite disk-full "$PYTHON" tests/system/disk_full_test.py --bridge "$BUILD/asan/ocpp-soap-bridge"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
