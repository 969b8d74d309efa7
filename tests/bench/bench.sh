#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make bench` runs: the codecs, the heaviest messages, what durability costs, then the bridge between a load and a back-end, and beside abuse;
# about six minutes.
set -eu
cd "$(dirname "$0")/../.."
: "${BUILD:=build}" "${PYTHON:=/usr/bin/python3}"
export BUILD

echo "== codecs"
"$BUILD/tests/bench/codec_bench"
echo
echo "== longest turns of the loop"
"$BUILD/tests/bench/turns"
echo
echo "== durability"
"$PYTHON" tests/bench/durability_bench.py
echo "the store alone:"
scratch=$(mktemp -d)
"$BUILD/tests/bench/store" "$scratch"
rm -rf "$scratch"
echo
echo "== bridge"
"$PYTHON" tests/bench/bridge_bench.py "$@"
echo
echo "== honest chargers beside abuse"
exec "$PYTHON" tests/bench/abuse_bench.py
