#!/bin/bash
# casemate tree convert, diff, draw: from one format to another, with what is lost.
. "$(dirname "$0")/lib.sh"
cat > t.txt <<'END'
Get in
  AND Through the door
    #key Find the key   [p=0.5 cost=10]   ; under the mat
    #alarm Silence the alarm   [p=0.25]
      ! Guard   [deployed=.5]
  #window Through the window   [p=0.125]
END
does 'analyse' "$CM" tree analyse t.txt --json --worlds
p=$(json 'd["worlds"]["none"]["probability"]')
for format in outline json; do
    does "to $format" "$CM" tree convert t.txt --to $format
    says 'nothing is lost' 'nothing was lost' "$err"
    cp "$out" t.$format
    does "$format is recognised" "$CM" tree analyse t.$format --json --worlds
    is 'and means the same' "$p" "$(json 'd["worlds"]["none"]["probability"]')"
    does "the same as before" "$CM" tree diff t.txt t.$format
done
does 'to Open-PSA' "$CM" tree convert t.txt --to t.opsa
says 'what is lost' 'lost: cost' "$err"
does 'it is read' "$CM" tree analyse t.opsa --json --worlds
does 'to dot' "$CM" tree convert t.txt --to dot
says 'a graph' 'digraph'
does 'the report as JSON' "$CM" tree convert t.txt --to dot --json
is 'what is lost' True "$(json 'len(d["lost"]) > 0 and "digraph" in d["text"]')"
fails 1 'Galileo.*--approximate' 'what would mean something else' "$CM" tree convert t.txt --to dft
does 'unless one says so' "$CM" tree convert t.txt --to dft --approximate
printf 'OR Open it\n  2 OF Shares\n    a [p=.5]\n    b [p=.5]\n    c [p=.25]\n  Bribe [p=.125]\n' > shares.txt
does 'two of three to ADTool' "$CM" tree convert shares.txt --to adtool
says 'nothing is lost' 'nothing was lost' "$err"
cp "$out" shares.xml
for tree in shares.txt shares.xml; do
    does "$tree" "$CM" tree analyse $tree --json
    is 'the same chance and attacks' '0.453125 4' "$(json 'str(d["probability"]) + " " + d["minimal_attacks"]')"
done
{ echo '2 OF Many'; for i in {1..24}; do echo "  step $i"; done; } > many.txt
fails 1 'more than 256.*--approximate' 'two of 24 are too many ways' "$CM" tree convert many.txt --to adtool
fails 2 'expected a format' 'an unknown format' "$CM" tree convert t.txt --to jsno
fails 2 'wants --to' 'no format' "$CM" tree convert t.txt
sed 's/p=0.5 /p=0.75 /; /Guard/d' t.txt > u.txt
does 'differences' "$CM" tree diff t.txt u.txt
says 'a value' 'Find the key.*0\.75'
says 'a countermeasure' 'Guard'
does 'as JSON' "$CM" tree diff t.txt u.txt --json
is 'two' 2 "$(json 'len(d["changes"])')"
fails 2 'wants two files' 'one file' "$CM" tree diff t.txt
cat > gates.xml <<'END'
<opsa-mef><define-fault-tree name="f"><define-gate name="top"><or><gate name="x"/><gate name="n"/></or></define-gate>
<define-gate name="x"><xor><basic-event name="a"/><basic-event name="b"/></xor></define-gate>
<define-gate name="n"><not><basic-event name="a"/></not></define-gate>
<define-basic-event name="a"><float value="0.5"/></define-basic-event><define-basic-event name="b"><float value="0.5"/></define-basic-event>
</define-fault-tree></opsa-mef>
END
does 'gates of fault trees' "$CM" tree analyse gates.xml --json
is 'a and not b, or not a, or both' 0.75 "$(json 'd["probability"]')"
does 'are drawn by name' "$CM" tree draw gates.xml
says 'XOR' '>XOR<'
says 'NOT' '>NOT<'
fails 1 'XOR|xor' 'an outline has no word for them' "$CM" tree convert gates.xml --to outline
does 'a format can be forced' "$CM" tree check t.json --from json
fails 1 't.json:' 'and be wrong' "$CM" tree check t.json --from outline
head -c 70000000 /dev/zero | tr '\0' 'a' > large.txt
fails 1 'larger|limit|64|bytes' 'more than 64 MiB' "$CM" tree check large.txt
rm -f large.txt
finish
