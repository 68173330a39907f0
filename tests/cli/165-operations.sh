#!/bin/bash
# What an operator has of a server: whether it is well, figures, a log of requests, reloading, sockets from systemd, units.
. "$(dirname "$0")/lib.sh"
store s.db
export CASEMATE_DB=s.db
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(python3 "$TOP/tests/cli/operations.py" "$CM" 2>&1)
[ "${whole-}" = yes ] || fail 'operations.py ran to its end'
fails 2 'systemd gave no socket' 'no sockets from systemd' "$CM" serve --http systemd:http
fails 1 'nowhere/log' 'a log that cannot be written' "$CM" serve --http 127.0.0.1:0 --access-log nowhere/log
fails 2 'address' 'an address for figures that is none' "$CM" serve --http 127.0.0.1:0 --metrics ':::'

if command -v systemd-analyze >/dev/null 2>&1; then
    mkdir units
    for unit in "$TOP"/systemd/*; do sed "s|/usr/bin/casemate|$CM|" "$unit" >"units/$(basename "$unit")"; done
    run systemd-analyze verify units/*
    is 'the units are sound' 0 "$code"
    silent 'and understood whole' 'casemate' "$err"
    for unit in casemate casemate-backup; do
        run systemd-analyze security --offline=true --threshold=15 "units/$unit.service"
        is "$unit.service is shut in (exposure at most 1.5)" 0 "$code"
    done
else
    skip 'the units are sound' 'no systemd-analyze here'
fi
finish
