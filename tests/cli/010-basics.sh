#!/bin/bash
# The frame of the command line: help, usage, exit codes, unknown words.
. "$(dirname "$0")/lib.sh"

does 'without arguments it says what it is' "$CM"
says 'it lists the commands' '^ *publish '
does '--version' "$CM" --version
says 'it names itself' '^casemate [0-9]+\.[0-9]+'
commands=$("$CM" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
is 'it has the commands' 'alarm archive away backup calibrate call check coverage decision deliver doctor due edition embargo estimate export fmt gaps handover hold import init lint list member objection position publish queue record report review role round search serve sig submit thread threat tick tree' \
    "$(echo $commands | tr ' ' '\n' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
for command in $commands; do
    does "$command --help" "$CM" "$command" --help
    says "$command --help shows its use" "^usage: casemate $command"
    fails 2 'unknown option|wants a word' "$command: an unknown option is misuse" "$CM" "$command" --no-such-option
done
fails 2 'did you mean .?publish' 'a misspelt command is named' "$CM" publsh
fails 2 'did you mean .*--from' 'a misspelt option is named' "$CM" publish --form x --to y
fails 2 'wants a value' 'an option without its value' "$CM" publish --to
fails 2 '--now is "tomorrow"' 'a date that is none' "$CM" publish --from "$TOP/profiles/minimal" --to x --now tomorrow
fails 2 'formats are html' 'a format that is none' "$CM" publish --from "$TOP/profiles/minimal" --to x --formats docx
fails 2 'process, template and analysis' 'a document that is none' "$CM" submit annex --from "$TOP/profiles/minimal" --to x
fails 1 'no-such.db' 'a store that does not exist is named' "$CM" --db no-such.db threat list
[ -e no-such.db ] && fail 'reading makes no store' || pass 'reading makes no store'
fails 1 'cannot write to standard output' 'a full standard output is told' sh -c "'$CM' --help >/dev/full"
finish
