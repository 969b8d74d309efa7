#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the paths of the six OCPP contracts in a directory, one per line, always in this order: 1.2, 1.5, 1.6, each
# central system before charge point. Usage: find.sh DIR
#
# The target namespace inside a file decides what it is, so any file names do: this repository's layout
# (1.6/charge_point.wsdl) and the published names in one directory alike.
set -eu

fail() {
  echo "find.sh: $1" >&2
  exit 1
}

[ $# -eq 1 ] || fail 'usage: find.sh DIR'
[ -d "$1" ] || fail "no such directory: $1"
dir=${1%/}
[ -n "$dir" ] || dir=/
found=

# Which file of $dir has this target namespace? $1 = namespace, $2 = its name for people.
contract() {
  match=
  for file in "$dir"/*.wsdl "$dir"/*/*.wsdl; do
    [ -f "$file" ] || continue
    tr '\t\r\n' '   ' <"$file" | grep -q "targetNamespace *= *[\"']$1[\"']" || continue
    [ -z "$match" ] || fail "two files with targetNamespace $1 ($2): $match and $file"
    match=$file
  done
  [ -n "$match" ] || fail "no *.wsdl with targetNamespace $1 ($2) in $dir or its subdirectories"
  found="$found$match
"
}

contract urn://Ocpp/Cs/2010/08/ 'OCPP 1.2, central system'
contract urn://Ocpp/Cp/2010/08/ 'OCPP 1.2, charge point'
contract urn://Ocpp/Cs/2012/06/ 'OCPP 1.5, central system'
contract urn://Ocpp/Cp/2012/06/ 'OCPP 1.5, charge point'
contract urn://Ocpp/Cs/2015/10/ 'OCPP 1.6, central system'
contract urn://Ocpp/Cp/2015/10/ 'OCPP 1.6, charge point'
printf '%s' "$found"
