#!/bin/bash
# A field that comes into the template later is a gap of old threats, at the last stage as before it; an editor's rating is marked.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal p
sed -i 's/^stage: answered/stage: reviewed/' p/threats/G-0001-*.md
run "$CM" init --profile p --now $NOW
run "$CM" threat show G-0001 --now $NOW
silent 'the last stage lacks nothing' 'still needs'
says 'an editor'\''s rating says so' "priority 1 \(editor's rating\)"
run "$CM" threat list --json --now $NOW
is 'in JSON, too' 'True' "$(json "d['threats'][0]['editors_rating']")"
"$CM" export later >/dev/null
sed -i 's/^  - {id: advice, .*/&\n  - {id: signs, name: How one notices, kind: prose, from: noted, since: 2026-12-06}/' later/template.md
printf '\n## How one notices\n\nWhat a keeper could see.\n' >>later/template.md
does 'a later field' "$CM" import later --reason 'we want to notice' --now 2026-12-06
run "$CM" threat list --json --now 2026-12-06
is 'leaves the stages' 'reviewed answered' "$(json "' '.join(t['stage'] for t in d['threats'][:2])")"
run "$CM" threat show G-0001 --now 2026-12-06
says 'is a gap at the last stage' 'at "Reviewed" it still needs:'
says 'by its name' 'How one notices is empty'
run "$CM" threat show G-0001 --json --now 2026-12-06
is 'in JSON' '1' "$(json "len([l for l in d['lacks'] if 'How one notices' in l])")"
run "$CM" threat show G-0002 --now 2026-12-06
says 'and before it' 'before "Reviewed" it still needs:'
does 'published' "$CM" publish --to site --now 2026-12-06 --formats html,text
for id in G-0001 G-0002; do
    says "the page of $id names it" 'How one notices is empty' site/threats/$id.html
done
tr -s ' \n' ' ' <site/analysis.txt >text.txt
says 'and the analysis' '\| G-0001 \| Reviewed \| How one notices is empty' text.txt
run "$CM" threat withdraw G-0002 --reason 'no threat' --now 2026-12-07
run "$CM" threat show G-0002 --now 2026-12-07
silent 'what has ended lacks nothing' 'still needs'
finish
