#!/bin/bash
# casemate check: what it accepts, and for every kind of bad input a clear error with its place.
. "$(dirname "$0")/lib.sh"

for profile in minimal xmpp; do
    does "profiles/$profile has no fault" "$CM" check "$TOP/profiles/$profile"
    silent "profiles/$profile has no warning" 'warning' "$err"
done
does 'one file' "$CM" check "$TOP/profiles/minimal/threats/G-0001-recorded-opening.md"
does 'check --json' "$CM" check --json "$TOP/profiles/minimal"
is 'its JSON' '0 []' "$(json "str(d['errors']) + ' ' + str(d['faults'])")"

# broken NAME PLACE PATTERN COMMAND: COMMAND breaks a copy of the small SIG in s/; check exits 1, naming PLACE and PATTERN.
broken() {
    minimal s
    (cd s && eval "$4") || fail "$1" 'the test itself is broken'
    fails 1 "^s/$2.*error: .*$3" "$1" "$CM" check s
}
G1=threats/G-0001-recorded-opening.md

broken 'malformed UTF-8' "$G1:[0-9]+:[0-9]+: " 'UTF-8' "printf 'a\\377b\\n' >> $G1"
broken 'a surrogate in UTF-8' "$G1:[0-9]+:[0-9]+: " 'UTF-8' "printf 'a\\355\\240\\200b\\n' >> $G1"
broken 'a NUL' "$G1:[0-9]+:[0-9]+: " 'NUL|U\+0000' "printf 'a\\000b\\n' >> $G1"
broken 'a line of 10 MB' "$G1" 'long|large|KiB|MiB|bytes' "head -c 10000000 /dev/zero | tr '\\0' a >> $G1"
broken 'a line of 100 kB' "$G1:[0-9]+" 'long|KiB|bytes' "head -c 100000 /dev/zero | tr '\\0' a >> $G1"
broken 'a YAML bomb' "sig.yaml:[0-9]+:[0-9]+: " 'anchor|alias' \
    "printf 'a: &a [x, x]\\nb: &b [*a, *a]\\nc: &c [*b, *b]\\nd: [*c, *c]\\n' >> sig.yaml"
broken 'an alias in front matter' "$G1:[0-9]+:[0-9]+: " 'anchor|alias' "sed -i 's/^name: .*/name: \\&x Gate/; s/^level: .*/level: *x/' $G1"
broken 'a tag' "sig.yaml:[0-9]+:[0-9]+: " 'tag' "sed -i 's/^language: en/language: !!str en/' sig.yaml"
broken 'a duplicate key' "$G1:[0-9]+:[0-9]+: " 'twice|duplicate' "sed -i 's/^level: protocol/level: protocol\\nlevel: gate/' $G1"
broken 'a second YAML document' 'sig.yaml:[0-9]+' 'document' "printf -- '---\\na: b\\n' >> sig.yaml"
broken 'YAML nested 1,000 deep' "sig.yaml:[0-9]+:[0-9]+: " 'deep|nest|depth|levels' "printf 'x: ' >> sig.yaml; printf '[%.0s' \$(seq 1000) >> sig.yaml; printf ']%.0s' \$(seq 1000) >> sig.yaml; echo >> sig.yaml"
broken '10,000 nested bullets' "$G1:[0-9]+" 'nest|deep|depth|long' "python3 -c 'print(\"- \" * 10000 + \"x\")' >> $G1"
broken '10,000 nested quotes' "$G1:[0-9]+" 'nest|deep|depth|long' "python3 -c 'print(\">\" * 10000 + \"x\")' >> $G1"
broken '1,000 nested bullets over lines' "$G1:[0-9]+" 'nest|deep|depth|long' "python3 -c 'print(\"\\n\".join(\" \" * 2 * i + \"- x\" for i in range(1000)))' >> $G1"
broken 'raw HTML' "$G1:[0-9]+:[0-9]+: " 'HTML' "printf '\\n<script>alert(1)</script>\\n' >> $G1"
broken 'a javascript: link' "$G1:[0-9]+" 'javascript|link|http' "printf '\\n[x](javascript:alert)\\n' >> $G1"
broken 'an unknown key, with the nearest' "$G1:[0-9]+:[0-9]+: " '(expected|did you mean) .?stage' "sed -i 's/^stage:/stag:/' $G1"
broken 'an unknown key in sig.yaml' 'sig.yaml:[0-9]+:[0-9]+: ' '(expected|did you mean) .?areas' "sed -i 's/^areas:/area:/' sig.yaml"
broken 'an unknown area' "$G1:[0-9]+:[0-9]+: " 'did you mean|expected' "sed -i 's/^areas: .opening./areas: [openin]/' $G1"
broken 'an unknown stage' "$G1:[0-9]+:[0-9]+: " 'answered' "sed -i 's/^stage: answered/stage: anwsered/' $G1"
broken 'a rating that is no word of the scale' "$G1:[0-9]+:[0-9]+: " 'sometimes' "sed -i 's/rating: sometimes/rating: medium/' $G1"
broken 'a reference that is not in references.tsv' "$G1:[0-9]+:[0-9]+: " 'GATE-09' "sed -i 's/^affects: .*/affects: [GATE-09 §3]/' $G1"
broken 'a mention that is not in references.tsv' "$G1:[0-9]+:[0-9]+: " 'RFC 9999' "printf '\\nSee RFC 9999.\\n' >> $G1"
broken 'a threat that does not exist' "$G1:[0-9]+:[0-9]+: " 'G-0099' "printf '\\nSee G-0099.\\n' >> $G1"
broken 'a field that the stage requires' "$G1" 'What to do' "sed -i '/^## What to do/,\$d' $G1"
broken 'an attacker that the stage requires' "$G1" 'attacker' "sed -i '/^attacker:/d' $G1"
broken 'a section that the template does not have' "$G1:[0-9]+" 'Weather' "printf '\\n## Weather\\n\\nFine.\\n' >> $G1"
broken 'two threats of one id' 'threats/G-0001-[a-z-]*.md:[0-9]+:[0-9]+: ' 'G-0001' "cp $G1 threats/G-0001-second-opening.md"
broken 'two threats of one name' 'threats/G-000[12]-[a-z-]*.md:[0-9]+:[0-9]+: ' 'name' "sed -i 's/^name: .*/name: Recorded opening played back at the gate/' threats/G-0002-former-member.md"
broken 'an id that is not the file'\''s' "$G1:[0-9]+:[0-9]+: " 'G-0007' "sed -i 's/^id: .*/id: G-0007/' $G1"
broken 'no front matter' "$G1" 'front matter' "printf 'Hello\\n' > $G1"
broken 'an empty file' "$G1" 'front matter|empty' ": > $G1"
broken 'an incomplete priority table' 'sig.yaml:[0-9]+:[0-9]+: ' 'priority' "sed -i 's/^  often: .*/  often: {small: 2, middling: 1}/' sig.yaml"
broken 'a priority table that is not monotone' 'sig.yaml:[0-9]+:[0-9]+: ' 'urgent' "sed -i 's/^  often: .*/  often: {small: 3, middling: 3, great: 3}/' sig.yaml"
broken 'a process that names a threat' 'process.md:[0-9]+:[0-9]+: ' 'threat|G-0001' "printf '\\nG-0001 was hard.\\n' >> process.md"
broken 'a process of 1,501 words' 'process.md' '1,?500' "yes word | head -1501 | fmt >> process.md"
broken 'a value that does not exist' 'process.md:[0-9]+:[0-9]+: ' 'modes.author.tea' "printf '\\n{{modes.author.tea}}\\n' >> process.md"
broken 'a row of references.tsv that is too short' 'references.tsv:[0-9]+' 'column|cell|field' "printf 'RFC 1\\tTitle\\n' >> references.tsv"
broken 'a reference that stands twice' 'references.tsv:[0-9]+' 'twice|already' "tail -1 references.tsv >> references.tsv"
broken 'an attack tree of two goals' "$G1:[0-9]+" 'goal' "sed -i 's/^Open the gate without being a member/Another goal\\n&/' $G1"
broken 'an attack tree with a probability of 2' "$G1:[0-9]+:[0-9]+: " '0 to 1|between|probab' "sed -i 's/p=0.8..0.95/p=2/' $G1"
broken 'an attack tree with a step that is nowhere' "$G1:[0-9]+:[0-9]+: " 'nowhere' "sed -i 's/^  Borrow a member/  = #nowhere\\n&/' $G1"
broken 'trees that go in a circle' 'threats/G-000[12]' 'G-0001.*G-0002|G-0002.*G-0001|circle|cycle' "sed -i 's/^  Borrow a member/  -> G-0002\\n&/' $G1"
for file in process.md template.md references.tsv; do
    broken "no $file" "$file" 'missing|no such|there is no|not there|expected' "rm $file"
done

minimal s
rm s/sig.yaml
fails 1 'sig.yaml' 'a folder without sig.yaml' "$CM" check s
fails 1 'nowhere' 'a folder that does not exist' "$CM" check nowhere

minimal s
printf 'x: 1\n' >> s/sig.yaml
sed -i 's/^level: .*/level: moon/' s/$G1
sed -i 's/^mode: author/mode: emperor/' s/process.md
run "$CM" check s
is 'all faults of all files in one run' 3 "$(cut -d: -f1 "$err" | grep '^s/' | LC_ALL=C sort -u | wc -l)"
run "$CM" check --json s
is 'and in JSON, with their places' 'True' "$(json "len(d['faults']) >= 3 and all(f['line'] for f in d['faults'])")"

minimal s
printf '\357\273\277' > s/t && cat s/$G1 >> s/t && sed 's/$/\r/' s/t > s/$G1 && rm s/t
does 'a BOM and CRLF are accepted' "$CM" check s
"$CM" fmt s >/dev/null
same 'and removed by fmt' s "$TOP/profiles/minimal"

minimal s
chmod -R a+rX s
chmod 000 s/$G1
fails 1 'G-0001.*(denied|cannot|read)' 'an unreadable file' as_other "$OTHER_CM" check s
chmod 644 s/$G1
does 'readable again' as_other "$OTHER_CM" check s
minimal s
ln -s loop.md s/threats/G-0009-loop.md
ln -sf loop.md s/threats/loop.md
run "$CM" check s
is 'a symbolic link in a circle is a fault, not a hang' 1 $code
minimal s
mkfifo s/threats/G-0008-pipe.md
run timeout 10 "$CM" check s
is 'a pipe is a fault, not a hang' 1 $code
minimal several
does 'several files of one folder' "$CM" check several/threats/G-0001*.md several/threats/G-0002*.md
says 'count as files' '^2 files, no errors'
does 'a folder' "$CM" check several
says 'counts its threats' '^[0-9]+ threats, no errors'
finish
