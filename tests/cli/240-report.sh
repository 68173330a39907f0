#!/bin/bash
# casemate report: what moved since a day, priorities, recommendations, who took part, silence; in all formats, and kept on record.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
does 'a store of the summer' "$CM" init --profile "$TOP/profiles/minimal" --now 2026-06-01
does 'a member' "$CM" member add Rosa --now 2026-06-02
field=$(python3 - "$TOP/profiles/minimal/template.md" <<'END'
import re, sys
text = open(sys.argv[1], encoding='utf-8').read()
print(re.findall(r'id: ([a-z-]+)', text)[-1])
END
)
does 'a new recommendation' "$CM" threat edit G-0001 --set "$field=Ask for a second key. It costs little." --as Rosa --now 2026-11-01
does 'another rating' "$CM" threat edit G-0001 --set damage.rating=middling --as Rosa --now 2026-11-02
does 'a withdrawal' "$CM" threat withdraw G-0003 --reason 'nobody keeps such a log' --as Rosa --now 2026-11-03
does 'report' "$CM" report --since 2026-10-01 --now 2026-11-20
says 'asks for the recommendation to be carried' 'That the recommendation on G-0001'
says 'gives its first sentence' 'Ask for a second key\.$'
silent 'and no more' 'It costs little'
says 'tells what moved' 'G-0003'
says 'and why' 'nobody'
says 'tells the new priority' 'New priorities'
says 'and who rated' 'an editor'
says 'says what it is not' 'approves$|approves nothing'
silent 'no warning while somebody acts' 'To the list of'
run "$CM" report --since 2026-11-10 --now 2026-11-20
says 'a quiet time says so' 'No threat came or changed its stage'
says 'and asks for nothing' 'Nothing at this time'
run "$CM" report --since 2026-11-10 --now 2027-06-20
says 'after the months of silence that the process names the warning is drafted' 'To the list of'
says 'with the months' 'for 7 months'
for f in html xml json; do
    does "as $f" "$CM" report --since 2026-10-01 --now 2026-11-20 --to "r.$f"
    says "which says the same" 'Ask for a second key' "r.$f"
done
does 'the XML follows the rules of the XSF' "$CM" lint r.xml
does 'the same state and time give the same bytes' "$CM" report --since 2026-10-01 --now 2026-11-20 --to again.html
same 'as HTML' r.html again.html
does 'on record' "$CM" report --now 2026-11-20 --record
run "$CM" report --now 2026-12-20
says 'the next one begins there' 'from 20 November 2026'
silent 'and does not repeat it' 'G-0003'
does 'the record verifies' "$CM" record verify
fails 1 'no date' 'a day that is none' "$CM" report --since yesterday
fails 1 'future' 'a day to come' "$CM" report --since 2030-01-01 --now $NOW
fails 2 'no format' 'a format that is none' "$CM" report --format docx
finish
