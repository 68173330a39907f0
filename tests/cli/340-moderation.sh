#!/bin/bash
# Moderation: who is held, the two-person rule, reasons, the clock, answers by mail, appeals; what is held shows nowhere.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
cp -r "$TOP/profiles/minimal" p
chmod -R u+w p
sed -i 's/two_person: none/two_person: refusals/; s/urgent: never/urgent: alone/; s/^mode: author/mode: small/' p/process.md
does 'a store' "$CM" init --profile p --now $NOW
for who in Rosa Ben Cleo; do "$CM" member add $who --mail "${who,,}@example.org" --now $NOW >/dev/null; done
for who in Rosa Ben; do "$CM" role give $who editor --now $NOW >/dev/null; done
does 'a list' "$CM" list new sec --address sec@lists.example --title 'Gate talk' --now $NOW

subscribe() { # ADDRESS PASSED
    rows "INSERT INTO subscriber (list, address, mailbox, name, state, delivery, since, consent, passed)
         VALUES ('sec', '$1', '$1', '', 'active', 'each', 0, 'test', $2)"
}
mail() { # FROM SUBJECT ID [MORE-HEADER]
    printf 'From: %s\nTo: sec@lists.example\nSubject: %s\nMessage-ID: <%s@example.net>\nDate: Sun, 22 Nov 2026 00:00:00 +0000\n%s\n%s\n' \
        "$1" "$2" "$3" "${4:+$4
}" "${body:-Hello}"
}
deliver() { "$CM" deliver "${to:-sec@lists.example}" --sender "${sender-x@example.net}" --now "${at:-$NOW}" --json >"$out" 2>"$err"; code=$?; }
held() { rows "SELECT h.rules FROM hold h JOIN message m ON m.id = h.message WHERE m.mid = '$1@example.net'"; }
state() { rows "SELECT state FROM message WHERE mid = '$1@example.net'"; }
# The newest mail to an address, and the one-time address below a line of it.
letter() { python3 - "$1" <<'P'
import email, email.policy, sqlite3, sys
rows = sqlite3.connect("s.db").execute("SELECT o.bytes FROM outgoing o JOIN delivery d ON d.outgoing = o.id WHERE o.kind = 'mail' AND d.recipient = ? ORDER BY o.id DESC LIMIT 1", (sys.argv[1],))
for (b,) in rows:
    open("letter.eml", "wb").write(b)
    m = email.message_from_bytes(b, policy=email.policy.default)
    print("Subject:", m["Subject"]); print(m.get_content().replace("\r\n", "\n"), end="")
P
}
address_for() { letter "$1" | grep -A1 -- "$2" | tail -1 | tr -d ' '; }
letters() { rows "SELECT count(*) FROM outgoing o JOIN delivery d ON d.outgoing = o.id WHERE o.kind = 'mail' AND d.recipient = '$1'"; }

# ---- who is held ----
subscribe old@example.net 3
subscribe new@example.net 0
mail old@example.net Known a1 | deliver; is 'a member passes' public "$(state a1)"
mail new@example.net First a2 | deliver; is 'the first post of one is held' first-post "$(held a2)"
mail else@example.net Other a3 | deliver; is 'as is a stranger' stranger "$(held a3)"
mail 'old@example.net, new@example.net' Two a4 | deliver; is 'and a post of two authors' unproven "$(held a4)"
mail old@example.net Twice a5 'From: new@example.net' | deliver; is 'or two fields that say who' unproven "$(held a5)"
body=$(head -c 500000 /dev/zero | tr '\0' x | fold) mail old@example.net Large a6 | deliver; is 'a large one' size "$(held a6)"
"$CM" list set sec trusted=mx.example posts=members --now $NOW >/dev/null
r='Authentication-Results:'
while IFS='|' read -r id wanted name header; do
    mail old@example.net "Proof $id" "$id" "$header" | deliver
    is "$name" "$wanted" "$(held "$id")"
done <<E2
b1|unproven|a member by From alone is none where a server's word counts|X-None: 1
b2||what passed DMARC is believed|$r mx.example; dmarc=pass header.from=example.net
b3|unproven|what failed is not|$r mx.example; dmarc=fail header.from=example.net
b4|unproven|nor what another server says|$r other.example; dmarc=pass header.from=example.net
b5|unproven|nor a pass for another domain|$r mx.example; dmarc=pass header.from=evil.example
b6|unproven|nor words in a comment|$r mx.example; (dmarc=pass) dmarc=fail
b7||no policy, but a signature of the domain|$r mx.example; dkim=pass header.d=example.net; dmarc=none
b8|unproven|a signature of another one|$r mx.example; dkim=pass header.d=evil.example; dmarc=none
b9|unproven|words in a quoted string|$r mx.example; spf=none reason="; dmarc=pass"
E2
mail old@example.net Top b10 "$r mx.example; dmarc=fail
$r mx.example; dmarc=pass" | deliver; is 'the first field counts' unproven "$(held b10)"
"$CM" list set sec trusted= --now $NOW >/dev/null

# ---- deciding ----
fails 1 'no role that may moderate' 'a member sees nothing' "$CM" hold list --as Cleo
fails 1 'no role that may moderate' 'not even one' "$CM" hold show P-1 --as Cleo
run "$CM" hold list sec --as Ben
says 'a moderator does' '^P-1 .*first-post +new@example.net +First'
run "$CM" hold show P-1 --as Ben
says 'with the text' '^Hello'
fails 1 'no post P-99' 'one that is not there' "$CM" hold show P-99
fails 1 'written as P-7' 'a word that is none' "$CM" hold approve 7
fails 1 'no role that may moderate' 'a member lets nothing pass' "$CM" hold approve P-1 --as Cleo --now $NOW
fails 1 'off-topic, unkind' 'a return wants a reason of the list' "$CM" hold return P-1 --as Rosa --now $NOW
fails 1 'process.md publishes.*off-topic' 'and no other' "$CM" hold return P-1 --because ugly --as Rosa --now $NOW
fails 1 'not "spam"' 'nor one that is for the other act' "$CM" hold return P-1 --because spam --as Rosa --now $NOW
fails 1 'one moderator is enough' 'nothing is urgent that wants one' "$CM" hold approve P-1 --urgent --reason x --as Rosa --now $NOW
does 'one lets pass' "$CM" hold approve P-1 --as Rosa --now $NOW
is 'and it is public' public "$(state a2)"
fails 1 'settled: approve' 'once' "$CM" hold approve P-1 --as Ben --now $NOW
mail new@example.net Second c1 | deliver; is 'the next one passes' public "$(state c1)"
does 'the first of two' "$CM" hold return P-2 --because off-topic --as Rosa --now $NOW
says 'waits for another' 'another moderator has to do the same'
is 'the post still waits' held "$(state a3)"
fails 1 'you proposed this already' 'not the same one again' "$CM" hold return P-2 --because off-topic --as Rosa --now $NOW
does 'another reason is another proposal' "$CM" hold return P-2 --because unkind --as Ben --now $NOW
is 'and settles nothing' held "$(state a3)"
does 'the same by two' "$CM" hold return P-2 --because off-topic --as Ben --now $NOW
says 'tells the author' 'its author is told'
is 'settles it' returned "$(state a3)"
letter else@example.net >"$out"
says 'the letter has the reason' 'Reason: It is not about the gate. \(off-topic\)'
silent 'and nothing that a stranger wrote' 'Other|Hello'
contest=$(letter else@example.net | grep -o 'sec-confirm+[a-z0-9]*@lists.example')
fails 1 'say.? in public why it is urgent' 'alone wants public words' "$CM" hold discard P-3 --because spam --urgent --as Rosa --now $NOW
before=$(letters old@example.net)
does 'alone, in public' "$CM" hold discard P-3 --because spam --urgent --reason 'It brings malware.' --as Rosa --now $NOW
is 'discarded' discarded "$(state a4)"
is 'and nobody is told' "$before" "$(letters old@example.net)"
mail else@example.net Other2 c2 | deliver
n=$("$CM" hold list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["held"][-1]["post"])')
"$CM" hold return "$n" --because unkind --urgent --reason 'Now.' --as Rosa --now $NOW >"$out"
says 'a stranger is told once a day' 'got an answer today'
mail else@example.net Robot c3 'Auto-Submitted: auto-replied' | deliver
n=$("$CM" hold list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["held"][-1]["post"])')
"$CM" hold return "$n" --because unkind --urgent --reason 'Now.' --as Rosa --now 2026-11-24 >"$out"
says 'a program never' 'cannot be answered'

# ---- by mail ----
(sender= ; mail else@example.net Null c4 | deliver); is 'what has no sender goes nowhere' discarded "$(state c4)"
mail 'Eve <eve@example.net>' $'Hi =?UTF-8?Q?=0D=0ABcc=3A_x=40evil.example=0D=0A?= \x01\x1b[31m =?UTF-8?B?4oCu?=' d1 | deliver
letter rosa@example.org >"$out"
says 'each moderator gets a letter' 'Subject: +P-[0-9]+ waits: Hi'
silent 'its header is ours alone' '^Bcc:' letter.eml
if LC_ALL=C grep -q $'[\x01-\x08\x0b\x0c\x0e-\x1f]' letter.eml || grep -q $'\xe2\x80\xae' letter.eml; then fail 'no control in it'; else pass 'no control in it'; fi
says 'the post is quoted' '^> Hello'
is 'members get none' 0 "$(letters cleo@example.org)"
a=$(address_for rosa@example.org 'Let it pass') b=$(address_for ben@example.org 'Let it pass')
if [ -n "$a" ] && [ "$a" != "$b" ]; then pass 'with addresses of their own'; else fail 'with addresses of their own' "$a $b"; fi
answer() { # ADDRESS FROM [HEADER]
    to=$1 sender=$2
    printf 'From: %s\nSubject: Re: x\nMessage-ID: <%s@r>\n%s\nyes\n' "$2" "$RANDOM$RANDOM" "${3:+$3
}" | deliver
    unset to sender
}
answer sec-confirm+aaaaaaaaaaaaaaaaaaaaaaaaaa@lists.example rosa@example.org
is 'a copied From does nothing' held "$(state d1)"
answer "$a" rosa@example.org 'Auto-Submitted: auto-replied'
is 'nor does a vacation' held "$(state d1)"
answer "$a" somewhere@example.com
is 'the address does it, from wherever' public "$(state d1)"
run "$CM" hold log --json
says 'in the name of whom it was sent to' '"by": "Rosa"'
answer "$a" rosa@example.org
answer "$b" ben@example.org
is 'once' 1 "$(rows "SELECT count(*) FROM event WHERE action = 'hold.approve' AND subject = (SELECT 'P-' || max(post) FROM moderation)")"
letter ben@example.org >"$out"
says 'who is late is told' 'Nothing was done'
mail eve@example.net Two d2 | deliver
a=$(address_for rosa@example.org 'Return it.*unkind') b=$(address_for ben@example.org 'Return it.*unkind')
answer "$a" rosa@example.org; is 'two are wanted by mail, too' held "$(state d2)"
letter rosa@example.org >"$out"
says 'as the answer says' 'Another moderator has to do the same'
answer "$b" ben@example.org; is 'and do it' returned "$(state d2)"
is 'which the record has as said by mail' 'mail mail' "$(rows "SELECT (SELECT json_extract(payload, '\$.asserted_by') FROM event WHERE action = 'hold.propose' ORDER BY seq DESC LIMIT 1), (SELECT json_extract(payload, '\$.asserted_by') FROM event WHERE action = 'hold.return' ORDER BY seq DESC LIMIT 1)")"
mail eve@example.net Three d3 | deliver
a=$(address_for ben@example.org 'Let it pass')
"$CM" role take Ben editor --now $NOW >/dev/null
answer "$a" ben@example.org; is 'who may no more does nothing' held "$(state d3)"
"$CM" role give Ben editor --now $NOW >/dev/null
answer "$contest" else@example.net
run "$CM" hold log
says 'the author contests' 'P-2 .*contest by the author'
silent 'and is not named' 'else@'

# ---- the clock ----
run "$CM" hold due --now 2026-11-24
says 'nothing before its time' '^0 settled'
mail new2@example.net Late e1 | deliver
subscribe new3@example.net 0
mail new3@example.net Late2 e2 | deliver
does 'the clock' "$CM" hold due --now 2026-11-26
is 'discards a stranger' discarded "$(state e1)"
is 'and lets a member pass' public "$(state e2)"
run "$CM" hold due --now 2026-11-26
says 'once' '^0 settled'
fails 2 'clock' 'by nobody else' "$CM" hold due --as Rosa

# ---- appeals ----
fails 1 'nothing on record keeps P-1' 'what passed cannot be appealed' "$CM" hold appeal P-1 --reason 'Why?' --as Cleo --now 2026-11-26
does 'an appeal' "$CM" hold appeal P-2 --reason 'It is about the gate.' --as Cleo --now 2026-11-26
fails 1 'is open' 'once' "$CM" hold appeal P-2 --reason 'It is about the gate.' --as Cleo --now 2026-11-26
fails 1 'settled: return' 'until it is decided nothing changes' "$CM" hold approve P-2 --as Ben --now 2026-11-27
fails 1 'closed by somebody else' 'not by who moderated' \
    "$CM" call close C-1 --outcome accepted --judgement 'It is.' --as Rosa --now 2026-12-20
does 'somebody else closes' "$CM" call close C-1 --outcome accepted --judgement 'It is.' --now 2026-12-20
run "$CM" decision list
says 'it is a decision' 'D-1'
does 'the post may pass now' "$CM" hold approve P-2 --as Ben --now 2026-12-20
is 'and does' public "$(state a3)"

# ---- a threat and a stage ----
mail eve@example.net Tied f1 | deliver
n=$("$CM" hold list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["held"][-1]["post"])')
fails 1 'no threat' 'a threat that is none' "$CM" hold refile "$n" --to G-0999 --as Rosa --now $NOW
does 'refile' "$CM" hold refile "$n" --to G-0001 --as Rosa --now $NOW
does 'again' "$CM" hold refile "$n" --to G-0002 --as Rosa --now $NOW
does 'approve it' "$CM" hold approve "$n" --as Rosa --now $NOW
is 'its thread is tied' G-0002 "$(rows 'SELECT threat FROM thread_tie')"

# ---- quarantine ----
{ printf 'From: old@example.net\nSubject: deep\nMessage-ID: <q1@example.net>\n'
  python3 -c 'print("\n".join("X-%d: y" % i for i in range(2500)))'; printf '\nx\n'; } | deliver
is 'beyond a limit' quarantined "$(state q1)"
run "$CM" alarm list
says 'raises an alarm' 'quarantine .*P-[0-9]+ to sec: '
fails 1 'no role that may configure' 'not for members' "$CM" alarm list --as Cleo
n=$("$CM" hold list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["held"][-1]["post"])')
run "$CM" hold show "$n"
says 'is shown as far as can be' 'cannot be read'
fails 1 'cannot be read' 'cannot pass' "$CM" hold approve "$n" --as Rosa --now $NOW
run "$CM" hold due --now 2027-11-26
is 'no clock touches it' quarantined "$(state q1)"
does 'discard' "$CM" hold discard "$n" --because spam --urgent --reason 'Broken.' --as Rosa --now $NOW
is 'discards it' discarded "$(state q1)"
fails 1 'no alarm 77' 'an alarm that is none' "$CM" alarm clear 77
fails 2 'numbers of alarms' 'or no word' "$CM" alarm clear
does 'clear' "$CM" alarm clear --all
run "$CM" alarm list
says 'none is left' 'no alarm'

# ---- what is held shows nowhere ----
mail old@example.net 'Before' k0 | deliver
mail '"Kanarie Zebra" <zebra@example.net>' 'zebrasubject' zebra-id $'References: <k0@example.net>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b' >m.eml
printf -- '--b\n\nzebrabody\n--b\nContent-Type: text/plain; name="zebrafile.txt"\nContent-Disposition: attachment; filename="zebrafile.txt"\n\nx\n--b--\n' >>m.eml
deliver <m.eml
mail old@example.net 'Re: Before' k2 'References: <k0@example.net> <zebra-id@example.net>' | deliver
n=$("$CM" hold list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["held"][-1]["post"])')
nowhere() { # WHEN
    "$CM" publish --to site --formats html,xml,json,text --now $NOW >"$out" 2>&1 || fail "publish $1" "$(cat "$out")"
    rm -rf folder; "$CM" export folder >/dev/null
    { "$CM" record show; "$CM" due --now $NOW; "$CM" report --now $NOW; "$CM" list show sec; "$CM" list list --json; "$CM" hold log --json
      "$CM" thread list sec --json; "$CM" threat list --text zebrabody; "$CM" search zebra; "$CM" archive export sec mails.mbox; grep -v ^References: mails.mbox; } >all.txt 2>&1
    if grep -rail zebra site folder all.txt >hits.txt; then fail "$1: nowhere" "$(cat hits.txt; grep -i zebra all.txt)"; else pass "$1: nowhere"; fi
    is "$1: not in the index" 0 "$(rows "SELECT count(*) FROM mail_search('zebrabody OR zebrasubject OR kanarie')")"
    is "$1: not counted" "${2:-2}" "$(rows "SELECT messages FROM thread WHERE subject = 'Before'")"
    is "$1: nobody's parent" k0@example.net "$(rows "SELECT p.mid FROM public_message m JOIN message p ON p.id = m.parent WHERE m.mid = 'k2@example.net'")"
    is "$1: goes to nobody" 0 "$(rows "SELECT count(*) FROM outgoing o JOIN message m ON m.id = o.message WHERE m.mid LIKE 'zebra%'")"
}
nowhere 'held'
run "$CM" hold return "$n" --because unkind --urgent --reason 'For now.' --as Rosa --now $NOW
nowhere 'returned'
mail '"Kanarie Zebra" <zebra@example.net>' 'zebrasubject' zebra-2 $'References: <k0@example.net>' | body=zebrabody deliver
n2=$("$CM" hold list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["held"][-1]["post"])')
run "$CM" hold discard "$n2" --because spam --urgent --reason 'Again.' --as Rosa --now $NOW
nowhere 'discarded'
"$CM" list set sec announce=yes --now $NOW >/dev/null
does 'an appeal about it' "$CM" hold appeal "$n" --reason 'Stripes are fine.' --as Cleo --now $NOW
is 'is announced' "Call C-2 on $n" "$(rows "SELECT subject FROM public_message WHERE mid = 'casemate.sec.C-2@lists.example'")"
"$CM" list set sec announce=no --now $NOW >/dev/null
does 'is accepted' "$CM" call close C-2 --outcome accepted --judgement 'They are.' --now 2026-12-20
does 'then it passes' "$CM" hold approve "$n" --as Ben --now 2026-12-21
queued=$(rows 'SELECT count(*) FROM outgoing')
fails 1 'settled: approve' 'once' "$CM" hold approve "$n" --as Ben --now 2026-12-21
is 'and is not sent again' "$queued" "$(rows 'SELECT count(*) FROM outgoing')"
is 'it is found' 1 "$(rows "SELECT count(*) FROM mail_search('zebrabody')")"
"$CM" publish --to site --formats html,xml,json,text --now $NOW >"$out" 2>&1
"$CM" archive export sec mails.mbox >"$out"
for where in 'site/lists' mails.mbox; do
    if grep -rqi zebra $where; then pass "it shows in $where"; else fail "it shows in $where"; fi
done
is 'and goes to the subscribers' 1 "$(rows "SELECT count(*) FROM outgoing o JOIN message m ON m.id = o.message WHERE m.mid LIKE 'zebra%'")"
is 'takes its place between' 'k0@example.net zebra-id@example.net' "$(rows "SELECT group_concat(mid, ' ') FROM (SELECT p.mid FROM public_message m JOIN message p ON p.id = m.parent WHERE m.mid IN ('k2@example.net', 'zebra-id@example.net') ORDER BY p.id)")"
is 'with its own date' 2026-11-22 "$(rows "SELECT date(date, 'unixepoch') FROM message WHERE mid = 'zebra-id@example.net'")"

# ---- the public page ----
page() { says "$1" "$2" site/moderation.html; }
says 'the front page leads to the log' 'href="moderation.html"' site/index.html
says 'so does the page of the lists' 'href="moderation.html"' site/lists.html
page 'it tells by which rule a post was held' 'Held because its author is not subscribed'
page 'which moderators acted' 'Ben returned it to its author, as Rosa had proposed. Reason \(off-topic\): It is not about the gate'
page 'who acted alone, in which words' 'Rosa discarded it, alone, as it was urgent. Reason \(spam\): .*It brings malware'
page 'what the clock did' 'The clock discarded it, as nobody had decided in time'
page 'what a post was filed under' 'Rosa filed it under G-0002'
page 'that an author contests it' 'Its author contests what was done'
page 'and appeals with their end' 'Appeal C-1: .*It is about the gate.* It was accepted on 2026-12-20 \(D-1\)'
page 'each post has a permanent address' '<section id="P-2"'
silent 'no address is in it' '@' site/moderation.json
silent 'nor in the feed' '@' site/moderation.atom
is 'the data fit their schema' ok "$(python3 - <<'P' 2>&1
import json, xml.etree.ElementTree as tree
page = json.load(open('site/moderation.json'))
try:
    import jsonschema
    jsonschema.validate(page, json.load(open('site/schema/moderation.schema.json')))
except ImportError:
    pass
second = [p for p in page['posts'] if p['post'] == 'P-2'][0]
assert second['rules'] == ['stranger'] and second['settled'] == 'approve' and second['list'] == 'sec', second
assert [a['act'] for a in second['acts']] == ['propose', 'propose', 'return', 'contest', 'approve'], second['acts']
assert second['appeals'][0]['decision'] == 'D-1', second['appeals']
feed = tree.parse('site/moderation.atom').getroot()
ids = [e.text for e in feed.iter('{http://www.w3.org/2005/Atom}id')]
assert len(ids) == len(set(ids)) == 1 + sum(len(p['acts']) for p in page['posts']), ids
print('ok')
P
)"

# ---- the record ----
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export folder
# A thread that is tied is named by the Message-ID of its first message, which is public.
cp -r folder nothing && sed -i '/thread\.tie/d' nothing/record.jsonl
if grep -rqi 'example\.net\|zebra\|rosa@example' nothing; then fail 'nothing of the posts in it'; else pass 'nothing of the posts in it'; fi
does 'a store from it' "$CM" --db t.db init --profile folder
does 'verifies' "$CM" --db t.db record verify
"$CM" hold log --json >a.json
"$CM" --db t.db hold log --json >b.json
same 'knows the log' a.json b.json
"$CM" --db t.db export folder2 >/dev/null
same 'and gives the same folder' folder folder2
finish
