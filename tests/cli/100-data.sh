#!/bin/bash
# Everything about a group is data: changing a rating, a word of a scale, or a field of the template in the text shows in all five formats.
. "$(dirname "$0")/lib.sh"

shows() { # NAME PATTERN: in the analysis in all five formats; shows not: "not NAME"
    local format
    for format in html xml json txt; do
        says "$1: $format" "$2" "a/${3:-analysis}.$format"
    done
    if [ -e "a/${3:-analysis}.pdf" ] && command -v pdftotext >/dev/null; then
        pdftotext -layout "a/${3:-analysis}.pdf" a.pdftext
        says "$1: pdf" "$2" a.pdftext
    else
        skip "$1: pdf" 'no PDF renderer or no pdftotext'
    fi
}
publish() {
    rm -rf a
    does "publish with $1" "$CM" publish --from s --now $NOW --to a
}

minimal s
sed -i 's/^damage: {rating: middling, \(.*Shows when\)/damage: {rating: great, \1/' s/threats/G-0003-gate-log.md
sed -i 's/name: Great,/name: Catastrophic,/; s/name: Now,/name: Immediately,/' s/sig.yaml
sed -i 's/name: Rated,/name: Weighed,/' s/process.md
sed -i 's/^  - {id: advice, name: What to do,/  - {id: cost, name: Effort in hours, kind: line, from: answered}\n&/; s/^## What to do/## Effort in hours\n\nYour guess.\n\n&/' s/template.md
for t in s/threats/G-000[12]*; do sed -i 's/^stage: answered/&\ncost: About seventeen/' "$t"; done
does 'the changed folder has no fault' "$CM" check s
publish 'another rating, word, stage name and field'
shows 'a changed word of a scale' 'Catastrophic'
shows 'a changed word of a priority' 'Immediately'
shows 'a changed name of a stage' 'Weighed'
shows 'a new field of the template' 'Effort in hours'
shows 'its value' 'About seventeen'
shows 'the template has it too' 'Effort in hours' template
shows 'and the process the stage' 'Weighed' process
python3 - <<'END' > facts
import json
d = json.load(open('a/threats/G-0003.json'))
print(json.dumps(d))
END
says 'the rating of the one threat' '"great"' facts

minimal s
sed -i 's/calls: {minimum_days: 7/calls: {minimum_days: 23/; s/^embargo_days: 90/embargo_days: 77/' s/process.md
publish 'other rules'
shows 'a rule of the process' '77' process
minimal s
sed -i 's/^prefix: G/prefix: GATE/' s/sig.yaml
sed -i 's/GATE-/NOTE-/g' s/sig.yaml s/references.tsv s/threats/*
sed -i 's/G-000/GATE-000/g' s/threats/*
for t in s/threats/G-*; do mv "$t" "s/threats/GATE-${t#s/threats/G-}"; done
does 'another prefix' "$CM" check s
publish 'another prefix'
shows 'another prefix' 'GATE-0002'
minimal s
sed -i '/^  - {id: advice/d' s/template.md
sed -i '/^## What to do/,$d' s/template.md s/threats/G-000[12]*
does 'a field removed' "$CM" check s
publish 'a field removed'
for format in html xml json txt; do silent "it is gone: $format" 'What to do' a/analysis.$format; done
finish
