#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make bench` runs: the codecs, what durability costs, then the bridge between a load and a back-end; five minutes.
set -eu
cd "$(dirname "$0")/../.."
: "${BUILD:=build}" "${PYTHON:=/usr/bin/python3}"
export BUILD

echo "== codecs"
"$BUILD/tests/bench/codec_bench"
echo
echo "== durability"
"$PYTHON" tests/bench/durability_bench.py
echo "the store alone:"
scratch=$(mktemp -d)
"$BUILD/tests/bench/store" "$scratch"
rm -rf "$scratch"
echo
echo "== bridge"
exec "$PYTHON" tests/bench/bridge_bench.py "$@"
