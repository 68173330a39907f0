#!/bin/bash
# casemate fmt: normal form, idempotent, comments kept; threat new and fmt --renumber.
. "$(dirname "$0")/lib.sh"
G1=threats/G-0001-recorded-opening.md

for profile in minimal xmpp; do
    cp -r "$TOP/profiles/$profile" p
    does "profiles/$profile is in normal form" "$CM" fmt --check p
    does "fmt of profiles/$profile" "$CM" fmt p
    same "and it changes nothing" p "$TOP/profiles/$profile"
    rm -rf p
done

minimal s
sed -i 's/^## What happens$/\n\n\n## What happens   \n\n\n/' s/$G1
sed -i 's/^level: protocol/level:    protocol   # where the fault lies/' s/$G1
printf '\n\n\n' >> s/$G1
sort -r s/references.tsv | grep -v '^id' > s/r
{ head -1 s/references.tsv; cat s/r; } > s/t && mv s/t s/references.tsv && rm s/r
fails 1 'G-0001' 'fmt --check names what is not in normal form' "$CM" fmt --check s
cp -r s before
run "$CM" fmt --check s
same 'fmt --check changes nothing' before s
does 'fmt' "$CM" fmt s
says 'it names what it changed' 'G-0001-recorded-opening.md'
silent 'and nothing else' 'G-0002'
says 'comments are kept' 'level: protocol +# where the fault lies' s/$G1
says 'blanks are not' '^## What happens$' s/$G1
same 'references.tsv is sorted' s/references.tsv "$TOP/profiles/minimal/references.tsv"
cp -r s once
does 'fmt again' "$CM" fmt s
is 'a second run names nothing' '' "$(cat "$out")"
same 'and changes nothing' once s
does 'one file' "$CM" fmt "s/$G1"
does 'the result has no fault' "$CM" check s

# Odd, but allowed, writing.
minimal s
python3 - s/$G1 <<'END'
import sys, re
path = sys.argv[1]
text = open(path).read()
head, body = re.match(r'---\n(.*?)---\n(.*)', text, re.S).groups()
lines = re.findall(r'(?m)^\S.*\n(?:[ ].*\n)*', head)
lines.reverse()
parts = re.split(r'(?m)^(?=## )', body)
body = ''.join([parts[0]] + parts[:0:-1])
body = body.replace('  SAND', '  - SAND')
open(path, 'w').write('---\n# first of all\n' + ''.join(lines) + '---\n' + body)
END
does 'keys and sections in any order' "$CM" check s
does 'fmt puts them in order' "$CM" fmt s
says 'and keeps a comment' '# first of all' s/$G1
grep -v '# first of all' s/$G1 > s/t && mv s/t s/$G1
same 'as they were' s "$TOP/profiles/minimal"

minimal s
printf 'x\n' > s/notes.txt
mkdir s/.git && printf 'a:   b\n' > s/.git/config.yaml
rm -rf before && cp -r s before
run "$CM" fmt s
same 'files that are no part of the SIG are left alone' before s

# threat new
minimal s
does 'threat new' "$CM" threat new --dir s --name 'Gate left open in the wind' --now $NOW
file=$(ls s/threats/G-0004* 2>/dev/null)
is 'it takes the next free id and the name' 's/threats/G-0004-gate-left-open-in-the-wind.md' "$file"
says 'name' '^name: Gate left open in the wind$' "$file"
says 'first stage' '^stage: noted$' "$file"
says 'date' '2026-11-22' "$file"
says 'the areas there are' '^# areas: .*opening, membership' "$file"
run "$CM" check s
silent 'what is missing is the abstract and the area, no more' 'unknown|malformed|G-000[123]' "$err"
does 'threat new again' "$CM" threat new --dir s --name 'Über: "Äpfel" / 50 % \ #'
is 'takes the one after' 1 "$(ls s/threats | grep -c '^G-0005-[a-z0-9-]*.md$')"
run "$CM" check s
silent 'an odd name is written so that it reads back' 'G-0005.*(name|YAML|key)' "$err"
fails 2 'name' 'threat new without a name' "$CM" threat new --dir s
fails 1 'twice|already|name' 'threat new with a name that exists' "$CM" threat new --dir s --name 'Gate left open in the wind'

# Two branches of git took the same id.
minimal s
cp s/threats/G-0003-gate-log.md s/threats/G-0003-leaking-roof.md
sed -i 's/^name: .*/name: Leaking roof above the gate box/' s/threats/G-0003-leaking-roof.md
printf '\nSee also G-0003.\n' >> s/threats/G-0002-former-member.md
fails 1 'G-0003' 'check finds the clash' "$CM" check s
does 'fmt --renumber' "$CM" fmt --renumber s
is 'one keeps the id, the other gets the next' 'G-0001 G-0002 G-0003 G-0004' "$(ls s/threats | cut -c1-6 | tr '\n' ' ' | sed 's/ $//')"
does 'and all is well' "$CM" check s
finish
