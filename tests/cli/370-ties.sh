#!/bin/bash
# Threads tied to threats, commands by mail, reviews by mail, announcements: tried as people would, by mails that are delivered and by
# looking at what is queued for them.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal p
sed -i -e 's/^mode: author/mode: small/' \
    -e 's/small: {.*}/small: {estimators: 1, first_round_days: 7, second_round: none, second_round_days: 0, acceptance: call, call_days: 7}/' p/process.md
grep -q '^list:' p/sig.yaml || sed -i 's/^errata:/list: gate@example.org\nerrata:/' p/sig.yaml
T=${NOW}T12:00:00Z
does 'a group' "$CM" init --profile p --now $T
for who in Ada Ben; do does "$who joins" "$CM" member add $who --mail ${who,}@example.org --now $T; done
does 'Rosa leads' "$CM" member add Rosa --mail rosa@example.org --now $T
does 'as editor' "$CM" role give Rosa editor --now $T
does 'its list' "$CM" list new gate --address gate@example.org --title 'Garden Gate' --now $T
does 'where anyone posts' "$CM" list set gate posts=anyone --now $T
does 'another list' "$CM" list new other --address other@example.org --title Other --followed --now $T

# send RECIPIENT FROM SUBJECT ID MORE-HEADER: the body is standard input
send() {
    { printf 'From: %s <%s>\nTo: %s\nSubject: %s\nMessage-ID: <%s>\n%s\n' "${2%%@*}" "$2" "$1" "$3" "$4" "${5:+$5
}"; cat; } | "$CM" deliver "$1" --sender "${SENDER-$2}" --now "${AT:-$T}" >"$out" 2>"$err"
    echo $? >.sent # the body comes through a pipe
}
queued() { rows "SELECT count(*) FROM delivery WHERE recipient = '$1'"; }
# the newest mail to somebody: header, then its text decoded
newest() {
    python3 - "$1" >"$out" <<'PY'
import sqlite3, sys, email, email.policy
row = sqlite3.connect("s.db").execute("SELECT o.bytes FROM outgoing o JOIN delivery d ON d.outgoing = o.id WHERE d.recipient = ? AND o.kind = 'mail' "
                                      "ORDER BY o.id DESC LIMIT 1", (sys.argv[1],)).fetchone()
m = email.message_from_bytes(row[0], policy=email.policy.default) if row else None
if m:
    print("\n".join(f"{k}: {v}" for k, v in m.items()), "\n")
    print(m.get_content())
PY
}
reply_to() { sed -n 's/^Reply-To: //p' "$out" | head -1; }
events() { rows "SELECT count(*) FROM event"; }

# ---- ties ----
echo Hello | send gate+G1-answered@example.org ada@example.org 'On recordings' 1@x
is 'a post about a threat is taken' 0 "$(cat .sent)"
echo More | send gate@example.org ben@example.org 'Re: On recordings' 2@x 'References: <1@x>'
echo Log | send gate@example.org ben@example.org '[G-0003 reviewed] the log' 3@x
echo Log | send other@example.org ben@example.org 'about [G2]' 4@x
echo x | send gate+G99@example.org ada@example.org 'none' 5@x
is 'an address of no threat is refused' 67 "$(cat .sent)"
says 'with the reason' 'there is no threat G-0099' "$err"
echo x | send gate+G1-answerd@example.org ada@example.org 'none' 6@x
says 'and a stage that is misspelt, with the right one' 'did you mean "answered"' "$err"
run "$CM" thread list
says 'its thread is tied, with the reply' '^1 +gate +2 .*G-0001 +On recordings'
says 'by the subject, too' 'G-0003'
says 'and on a list that is followed' 'other +1 .*G-0002'
run "$CM" threat show G-0001
says 'the threat shows it' 'discussed: On recordings \(gate, thread 1, 2 messages'
run "$CM" threat show G-0003 --json
is 'what is ahead of its threat is parked' 'True reviewed rated' "$(json '" ".join(str(d["discussion"][0][k]) for k in ("parked", "about", "stage"))')"
run "$CM" threat history G-0001 --json
is 'the data say what the threat was at each message' "answered" "$(json 'd["discussion"][0]["seen"][1]["stage"]')"
fails 1 'no thread 99' 'no such thread' "$CM" thread tie 99 G-0001
fails 1 'no role that may moderate' 'a member ties nothing by hand' "$CM" thread tie 1 G-0002 --as Ada --now $T
does 'a moderator ties' "$CM" thread tie 1 G-0002 --stage rated --now $T
does 'and unties' "$CM" thread untie 1 G-0002 --now $T
run "$CM" thread list --threat G-0002
silent 'then it is gone' 'On recordings'
does 'publish' "$CM" publish --to site --now $T
says 'the page has the thread' 'lists/gate/thread/1.html' site/threats/G-0001.html
says 'and the thread the threat' 'On <a href="../../../threats/G-0001.html">G-0001</a>: .*; about its stage Answered\.' site/lists/gate/thread/1.html
says 'what is parked says so' 'about its stage Reviewed, which is later' site/lists/gate/thread/2.html
silent 'another thread is not on it' 'threats/G-0001' site/lists/gate/thread/2.html
echo Again | send gate@example.org ada@example.org 'Re: On recordings' 7@x 'References: <1@x>'
does 'publish again' "$CM" publish --to site --now $T
does 'anew' "$CM" publish --to fresh --now $T
same 'gives what a new site has' site/threats/G-0001.html fresh/threats/G-0001.html

# ---- search ----
found() { run "$CM" search "$@" --json; json "' '.join(sorted(m['message_id'] for m in d['mails']))"; }
is 'a search finds what was said about a threat' '1@x 2@x 7@x' "$(found threat:G-0001)"
is 'or about a stage' '3@x' "$(found stage:reviewed)"
is 'a reply is about the stage of its thread' '1@x 2@x 4@x 7@x' "$(found stage:answered)"
is 'both must be the same' '' "$(found threat:G-0003 stage:answered)"
is 'several are any of them' '1@x 2@x 3@x 7@x' "$(found threat:G-0001 threat:G-0003)"
is 'words narrow it' '2@x' "$(found threat:G-0001 more)"
is 'a word alone is in the texts, too' '2@x' "$(found more)"
fails 1 'there is no threat "G-0099"' 'a threat that is none is named' "$CM" search threat:G-0099
fails 1 'there is no stage "answerd"; the stages are .*answered.*did you mean "answered"\?' 'and a stage, with those there are' "$CM" search stage:answerd

# ---- commands ----
before=$(events)
send gate-request@example.org ada@example.org 'a threat' c1@x <<'M'
Propose: Gate sings at night
Area: opening

Nobody can sleep while it does.

-- 
Propose: not this one
M
newest ada@example.org
says 'a proposal is answered with what it would do' 'Gate sings at night'
says 'as whom' 'Propose, as Ada'
says 'and what the next stage needs' 'it still needs'
silent 'the signature asks for nothing' 'not this one'
is 'nothing was done' "$before" "$(events)"
confirm=$(reply_to)
says 'the address to reply to is a one-time one' '^Reply-To: gate-confirm\+[a-z0-9]{26}@example.org'
# a From proves nothing: nobody but the owner of the address gets the key
echo 'yes' | send "$confirm" mallory@evil.example 'Re: confirm' c2@x 'Auto-Submitted: auto-replied'
is 'a vacation answer confirms nothing' "$before" "$(events)"
SENDER= send "$confirm" ada@example.org 'Re: confirm' c3@x </dev/null
is 'nor does a bounce' "$before" "$(events)"
echo "> Reply-To: $confirm" | send gate-request@example.org ada@example.org 'Re: confirm' c4@x
is 'nor a token that is quoted' "$before" "$(events)"
echo 'Yes please' | send "$confirm" ada@example.org 'Re: confirm' c5@x
newest ada@example.org
says 'the reply does it' '^Done'
run "$CM" threat history G-0004 --json
is 'as the member, and the message that asked is its source' 'Ada mid:c1@x' "$(json 'd["changes"][0]["who"] + " " + d["changes"][0]["source"]')"
newest ada@example.org
undo=$(reply_to) after=$(events)
echo 'Yes' | send "$confirm" ada@example.org 'Re: confirm' c6@x
is 'the same again does nothing' "$after" "$(events)"
echo 'undo' | send "$undo" ada@example.org 'Re: done' c7@x
newest ada@example.org
says 'it is taken back' 'It was undone'
run "$CM" threat show G-0004 --json
is 'and withdrawn' withdrawn "$(json 'd["stage"]')"

before=$(events)
send gate-request@example.org ada@example.org hello c8@x <<'M'
> Propose: quoted
> it

Nothing of mine.
M
send gate-request@example.org ada@example.org hello c9@x $'MIME-Version: 1.0\nContent-Type: text/html' <<'M'
<p>Propose: in HTML only</p>
M
is 'a quoted command and one in HTML are none' 0 "$(rows "SELECT count(*) FROM token WHERE detail LIKE '%quoted%' OR detail LIKE '%HTML%'")"
send gate-request@example.org eve@evil.example 'x' c10@x <<'M'
Propose: From nobody
M
newest eve@evil.example
says 'who is no member is told how to become one' 'write "join" and your name'
send gate-request@example.org eve@evil.example 'x' c11@x <<'M'
Propose: From nobody
M
is 'once a day' 1 "$(queued eve@evil.example)"
send gate-request@example.org ada@example.org 'x' c12@x <<'M'
Positoin: support C-1
M
send gate-request@example.org ada@example.org 'x' c13@x <<'M'
Position: C-1
M
newest ada@example.org
says 'what is not understood says what would be right' 'Position wants support, object or abstain'
send gate-request@example.org ada@example.org 'x' c14@x <<'M'
Position: support C-1
M
newest ada@example.org
says 'what is refused says why' 'there is no call C-1'
is 'none of them did anything' "$before" "$(events)"

# ---- texts that come back edited ----
send gate-request@example.org rosa@example.org 'x' e1@x <<'M'
Show: G1 tree
M
newest rosa@example.org
says 'the outline is sent' 'Borrow a member'
edit=$(reply_to)
reply=$(sed -n '/^===== text begins/,/^===== text ends/p' "$out" | sed -e "s/Borrow a member's unlocked phone/Steal a member's phone/" -e 's/^/> /')
printf 'See below.\n\n%s\n' "$(echo "$reply" | head -4)" | send "$edit" rosa@example.org 'Re: tree' e2@x
newest rosa@example.org
says 'half an outline is none' 'does not hold the two lines'
printf 'On Sunday, Garden Gate wrote:\n%s\n' "$reply" | send "$edit" rosa@example.org 'Re: tree' e3@x
newest rosa@example.org
says 'the difference is shown' "^ *- .*Borrow a member's unlocked phone"
says 'with what stands then' "^ *\\+ .*Steal a member's phone"
confirm=$(reply_to)
echo ok | send "$confirm" rosa@example.org 'Re: confirm' e4@x
run "$CM" threat show G-0001
says 'it is done' "Steal a member's phone"
newest rosa@example.org
undo=$(reply_to)
does 'somebody builds on it' "$CM" threat edit G-0001 --set 'What to do=Close it.' --as Rosa --now $T
echo undo | send "$undo" rosa@example.org 'Re: done' e5@x
newest rosa@example.org
says 'then it is not undone' 'others built on it'
send gate-request@example.org rosa@example.org 'x' e5b@x <<'M'
Edit: G-0001 What to do
Close it twice.
M
newest rosa@example.org
echo ok | send "$(reply_to)" rosa@example.org 'Re: confirm' e5c@x
newest rosa@example.org
undo=$(reply_to)
cp s.db before.db
does 'an edition holds it' "$CM" edition new analysis --kind substantive --remark First --without-pdf --as Rosa --now $T
does 'and a call' "$CM" call open analysis 0.1 --question 'Is this it?' --as Rosa --now $T
echo undo | send "$undo" rosa@example.org 'Re: done' e5d@x
newest rosa@example.org
says 'what a call holds is not undone either' 'others built on it'
cp before.db s.db
send gate+G2@example.org rosa@example.org 'Former members' e6@x <<'M'
Edit: abstract
Somebody who left still opens the gate.
M
newest rosa@example.org
says 'a post in a tied thread may ask, too' 'confirm Edit G-0002'
is 'and is a post' 1 "$(rows "SELECT count(*) FROM public_message WHERE mid = 'e6@x'")"
echo no | send "$(reply_to)" rosa@example.org 'Re: confirm' e7@x
newest rosa@example.org
says 'no drops it' 'Nothing was done'

# ---- estimates ----
does 'a round' "$CM" round open G-0001 --as Rosa --now $T
posts=$(rows 'SELECT count(*) FROM public_message')
send gate+G1@example.org ada@example.org 'Re: On recordings' s1@x 'References: <1@x>' <<'M'
Estimate: likelihood=often damage=great because CANARY
M
is 'an estimate that is sent to the list reaches nobody' "$posts 0 returned" "$(rows "SELECT (SELECT count(*) FROM public_message), (SELECT count(*) FROM mail_search('CANARY')), state FROM message WHERE mid = 's1@x'")"
is 'no moderator either' 0 "$(rows "SELECT count(*) FROM hold h JOIN message m ON m.id = h.message WHERE m.mid = 's1@x'")"
newest ada@example.org
says 'it is returned' 'reached *nobody|was not sent on'
send gate-request@example.org ada@example.org 'x' s2@x <<'M'
Estimate: G1 likelihood=often damage=great because
CANARY I saw it
M
newest ada@example.org
says 'at the request address it is tried' 'likelihood: often'
is 'and not given yet' 0 "$(rows 'SELECT count(*) FROM ballot')"
echo yes | send "$(reply_to)" ada@example.org 'Re: confirm' s3@x
is 'the reply gives it' 2 "$(rows 'SELECT count(*) FROM ballot')"
is 'and nobody finds it elsewhere' 0 "$(rows "SELECT count(*) FROM token WHERE detail LIKE '%CANARY%'")"

# ---- positions ----
does 'a call' "$CM" call open process --question 'Is this how we work?' --as Rosa --now $T
send gate-request@example.org ben@example.org 'x' p1@x <<'M'
Position: object C-1 because nobody tested it
M
newest ben@example.org
says 'a position is tried' 'position: object'
echo yes | send "$(reply_to)" ben@example.org 'Re: confirm' p2@x
run "$CM" call show C-1 --now $T
says 'and taken' 'nobody tested it'
send gate-request@example.org rosa@example.org 'x' p3@x <<'M'
Answer: O-1 It was tested by three people.
M
newest rosa@example.org
echo yes | send "$(reply_to)" rosa@example.org 'Re: confirm' p4@x
run "$CM" call show C-1 --now $T
says 'an objection is answered by mail' 'tested by three people'

# ---- reviews ----
does 'a review is asked for' "$CM" review request G-0002 --to kim@uni.example --name 'Kim Lee' --by +14d --as Rosa --now $T
newest kim@uni.example
says 'by mail' 'asks you for a review of G-0002'
answer=$(reply_to)
printf 'Maybe.\n' | send "$answer" kim@uni.example 'Re: review' v1@x
newest kim@uni.example
says 'what is no verdict is asked back' 'no verdict'
printf 'Good evening,\n\nI shall look at it on Sunday.\n' | send "$answer" kim@uni.example 'Re: review' v1b@x
run "$CM" review show V-1
silent 'a greeting is none' 'Verdict|sound|look at it on Sunday'
printf 'Verdict: needs changes\n\nSay who holds the keys.\n\nOn Sunday, Garden wrote:\n> SECRETQUOTE\n-- \nKim\n' | send "$answer" kim@uni.example 'Re: review' v2@x
run "$CM" review show V-1
says 'the answer is noted' 'Say who holds the keys'
says 'with its verdict' 'changes'
silent 'without what it quotes' 'SECRETQUOTE'
printf 'Verdict: sound\n' | send "$answer" kim@uni.example 'Re: review' v3@x
run "$CM" review show V-1
says 'a later answer replaces it' 'sound'


# ---- what is forgotten, and how much is answered ----
does 'another review is asked for' "$CM" review request G-0002 --to lee@uni.example --name 'Lee Moon' --by +14d --as Rosa --now $T
is 'with a key for the reviewer' 1 "$(rows "SELECT count(*) FROM token WHERE address = 'lee@uni.example'")"
does 'it is withdrawn' "$CM" review withdraw V-2 --reason 'not needed' --as Rosa --now $T
is 'the key goes, and the address with it' 0 "$(rows "SELECT count(*) FROM token WHERE address = 'lee@uni.example'")"
before=$(queued ben@example.org)
for i in 1 2 3 4 5 6; do
    for k in 1 2 3 4 5 6 7 8 9 10; do echo 'Position: C-9'; done | AT=2027-01-10T00:00:00Z send gate-request@example.org ben@example.org x many$i@x
done
is 'of many commands that are refused, some are answered' 50 "$(($(queued ben@example.org) - before))"
AT=2027-01-11T00:00:00Z send gate-request@example.org ben@example.org x later@x <<'M'
Position: C-9
M
is 'on the next day one is again' 51 "$(($(queued ben@example.org) - before))"
does 'somebody joins' "$CM" member add Zoe --mail zoe@example.org --now $T
send gate-request@example.org zoe@example.org x z1@x <<'M'
Propose: The gate is painted green
Area: opening

It is hard to see in summer.
M
is 'and gets a key' 1 "$(rows "SELECT count(*) FROM token WHERE address = 'zoe@example.org'")"
does 'who leaves' "$CM" member leave Zoe --as Zoe --now $T
is 'takes it away' 0 "$(rows "SELECT count(*) FROM token WHERE address = 'zoe@example.org'")"

# ---- announcements ----
is 'acts are announced on the list' 'Call C-1 on process;Round R-1 is open;[G-0004] Gate sings at night: now Withdrawn;[G-0004] Gate sings at night: proposed, Noted;' \
    "$(rows "SELECT subject FROM public_message WHERE address = 'gate@example.org' ORDER BY subject" | tr '\n' ';')"
is 'one thread for each' 1 "$(rows "SELECT count(DISTINCT thread) FROM public_message WHERE mid LIKE 'casemate.gate.G-0004%'")"
is 'queued with the act' 4 "$(rows "SELECT count(*) FROM outgoing o JOIN message m ON m.id = o.message WHERE m.address = 'gate@example.org'")"
does 'a thread about a threat that was withdrawn' "$CM" thread tie 1 G-0004 --now $T
does 'a list may do without' "$CM" list set gate announce=no --now $T
does 'then' "$CM" threat reopen G-0004 --to noted --reason 'It does sing.' --as Rosa --now $T
run "$CM" threat show G-0004 --json
is 'is not ahead of it when it is taken up again' 'False withdrawn noted' "$(json '" ".join(str([x for x in d["discussion"] if x["thread"] == 1][0][k]) for k in ("parked", "about")) + " " + d["stage"]')"
does 'untied' "$CM" thread untie 1 G-0004 --now $T
is 'nothing is announced' 4 "$(rows "SELECT count(*) FROM public_message WHERE address = 'gate@example.org'")"

# ---- the record ----
does 'the record verifies' "$CM" record verify
does 'export' "$CM" export a --now $T
if grep -rEq 'CANARY|@example.org>|uni\.example|gate-confirm\+' a; then fail 'nothing private is in it' "$(grep -rEo '.{30}(CANARY|uni.example|gate-confirm).{30}' a | head -3)"; else pass 'nothing private is in it'; fi
does 'a store from it' "$CM" --db t.db init --profile a --now $T
does 'exports' "$CM" --db t.db export b --now $T
same 'the same' a b
run "$CM" --db t.db threat show G-0001
says 'a tied thread that is not here is known' 'in a thread that is not here'

# ---- after the end ----
does 'the group is ended' "$CM" sig end --by Council --link https://example.org/minutes --reason done --now $T
echo x | send gate@example.org ada@example.org '[G-0002] what now?' f1@x
is 'a post about a threat is taken as ever' '0 1' "$(cat .sent) $(rows "SELECT count(*) FROM public_message WHERE mid = 'f1@x'")"
echo x | send gate+G2@example.org ada@example.org 'and this?' f2@x
is 'one to its address, too' '0 1' "$(cat .sent) $(rows "SELECT count(*) FROM public_message WHERE mid = 'f2@x'")"
finish
