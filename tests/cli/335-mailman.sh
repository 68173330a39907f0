#!/bin/bash
# Lists that were elsewhere: settings, members and archives of Mailman 2 and 3, archives of public-inbox, and where
# their pages are now. Each may be done again, and does nothing then.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
setting() { "$CM" list show sec --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["settings"][sys.argv[1]])' "$1"; }
holds() { if grep -qF -- "$2" "$3"; then pass "$1"; else fail "$1" "no $2 in $3"; fi; }
does 'a list' "$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW

# ---- settings of Mailman 2
cat >config.py <<'E'
# -*- python -*-
# -*- coding: iso-8859-1 -*-
## captured on Sun Nov 22 10:00:00 2026
# The public name of this list (make case-changes only).
real_name = 'Sec'
owner = ['ada@example.org', 'ben@example.org']
description = 'Gates and f\xeances'
subject_prefix = '[Sec] '
# a comment = 'not a setting'
msg_footer = """_______
%(real_name)s mailing list
"""
max_message_size = 40
reply_goes_to_list = 1
generic_nonmember_action = 2
from_is_list = 0
dmarc_moderation_action = 1
archive_private = 1
digest_size_threshhold = 30
topics = [('a', 'b # not a comment', "it's"), (
    'c',)]
emergency = False
available_languages = ['en']
gateway_to_mail = 0
header_filter_rules = []
welcome_msg = ''
E
before=$(rows 'SELECT count(*) FROM event')
run "$CM" list import-config sec config.py --dry-run --now $NOW
says 'what would change' '7 settings would change'
says 'and what is lost' '^msg_footer +_+ \.\.\. +nothing is filled into texts here'
says 'each of it' '^owner .* owners and moderators are members with a role'
says 'whatever it is' '^topics .*there is no such setting here'
silent 'but not what says nothing' 'welcome_msg|header_filter_rules'
is 'nothing has changed' "$before" "$(rows 'SELECT count(*) FROM event')"
run "$CM" list import-config sec config.py --now $NOW
is 'it is done' 0 $code
is 'letters of another charset' 'Gates and fênces' "$(setting description)"
is 'kilobytes' '40960 30720' "$(setting max-bytes) $(setting digest-bytes)"
is 'words' 'list members return closed where-needed' "$(setting reply-to) $(setting posts) $(setting strangers) $(setting archive) $(setting from)"
is 'a text' '[Sec]' "$(setting prefix)"
run "$CM" list import-config sec config.py --now $NOW
says 'again changes nothing' '0 settings changed'
is 'and is no event' $((before + 1)) "$(rows 'SELECT count(*) FROM event')"
is 'all is JSON, too' 'max-bytes 40960 max_message_size False' \
    "$("$CM" list import-config sec config.py --json --now $NOW | python3 -c 'import json,sys; d=json.load(sys.stdin); s=[x for x in d["settings"] if x["name"]=="max-bytes"][0]; print(s["name"], s["value"], s["from"], s["changed"])')"
printf 'real_name = "x"\nimport os\nos.system("touch ran")\ndescription = open("/etc/passwd").read()\nowner = ["a", )\nx = 1 + 1\ninfo = "never\n' >bad.py
fails 1 'bad.py:2: error: this is no setting' 'what is no literal' "$CM" list import-config sec bad.py --now $NOW
says 'all faults' 'bad.py:3: .*no setting' "$err"
says 'each with its line' 'bad.py:4: .*the value of description is not understood' "$err"
says 'brackets' 'bad.py:5: .*owner' "$err"
says 'sums' 'bad.py:6: .*stands behind the value of x' "$err"
says 'strings without end' 'bad.py:7: .*info' "$err"
if [ -e ran ]; then fail 'nothing of it is run'; else pass 'nothing of it is run'; fi

# ---- and of Mailman 3
cat >config.json <<'E'
{"display_name": "Sec", "description": "Gates", "subject_prefix": "", "max_message_size": 100, "reply_goes_to_list": "no_munging",
 "default_nonmember_action": "accept", "archive_policy": "public", "dmarc_mitigate_action": "munge_from",
 "dmarc_mitigate_unconditionally": true, "digest_size_threshold": 30.0, "acceptable_aliases": [], "emergency": false}
E
does 'the JSON of Mailman 3' "$CM" list import-config sec config.json --now $NOW
is 'says the same in other words' 'sender anyone public always 102400' "$(setting reply-to) $(setting posts) $(setting archive) $(setting from) $(setting max-bytes)"
printf '{"description": "x"}' >silent.json
does 'where nothing is said' "$CM" list import-config sec silent.json --now $NOW
is 'the archive is closed' closed "$(setting archive)"
printf '{"a":' >cut.json
fails 1 'JSON, line 1' 'no JSON' "$CM" list import-config sec cut.json --now $NOW

# ---- members
printf 'Ada Lovelace <ada@home.example>\n"Hedge, Ben" <ben@home.example>\nrosa@home.example\n' >members.txt
fails 2 'consent' 'consent is wanted' "$CM" list import-members sec members.txt
fails 1 'expected each, digest' 'a delivery that is none' "$CM" list import-members sec members.txt --consent 'the old list' --delivery weekly
run "$CM" list import-members sec members.txt --consent 'subscribed at lists.example.org' --delivery digest --now $NOW
says 'lines of list_members' '3 subscribed; nobody was written to'
run "$CM" list import-members sec members.txt --consent 'subscribed at lists.example.org' --now $NOW
says 'again' '0 subscribed, 3 were already'
cat >roster.json <<'E'
{"start": 0, "total_size": 5, "entries": [
  {"email": "zoe@home.example", "display_name": "Zoë", "role": "member", "delivery_mode": "regular"},
  {"email": "eva@home.example", "display_name": "", "role": "member", "delivery_mode": "plaintext_digests"},
  {"email": "ida@home.example", "role": "member", "delivery_mode": "regular", "delivery_status": "by_user"},
  {"email": "ada@home.example", "role": "member", "delivery_mode": "regular"},
  {"email": "boss@home.example", "role": "owner", "delivery_mode": "regular"}]}
E
run "$CM" list import-members sec roster.json --consent 'subscribed at lists.example.org' --now $NOW
says 'a roster of Mailman 3' '3 subscribed, 1 was already, 1 passed over: owners'
is 'with what each gets' 'ada@home.example|digest ben@home.example|digest eva@home.example|plain ida@home.example|none rosa@home.example|digest zoe@home.example|each' \
    "$(rows "SELECT address || '|' || delivery FROM subscriber ORDER BY address" | paste -sd' ')"
sed -e 's/"total_size": 5/"total_size": 50/' roster.json >page.json
fails 1 '5 of 50 members' 'a page is no roster' "$CM" list import-members sec page.json --consent c --now $NOW
sed -e 's/zoe@home/zoe home/' -e 's/plaintext_digests/weekly/' roster.json >bad.json
fails 1 'bad.json:2: error: .*is no address' 'faults of a roster' "$CM" list import-members sec bad.json --consent c --now $NOW
says 'all of them' 'bad.json:3: .*delivery of eva@home.example is not understood' "$err"
is 'nobody is written to' 0 "$(rows 'SELECT count(*) FROM outgoing')"

# ---- Pipermail
does 'a public archive' "$CM" list set sec archive=public --now $NOW
cat >2026-November.txt <<'E'
From ada at example.org  Tue Nov  3 10:00:00 2026
From: ada at example.org (Ada Lovelace)
Date: Tue, 3 Nov 2026 10:00:00 +0000
Subject: [Sec] A gate
Message-ID: <a@example.org>

From here on it is open, says eve at example.org.

From ben at example.org  Tue Nov 10 10:00:00 2026
From: ben at example.org (=?iso-8859-1?q?Ben_H=EAdge?=)
Date: Tue, 10 Nov 2026 10:00:00 +0000
Subject: [Sec] A gate
In-Reply-To: <a@example.org>
References: <a@example.org>
Message-ID: <b+1@example.org>

Close it.

E
run "$CM" archive import sec 2026-November.txt --form pipermail --now $NOW
says 'the texts of Pipermail' '2 read, 2 added, 0 here before'
is 'know their authors' 'ada@example.org Ada Lovelace;ben@example.org Ben Hêdge' "$(rows "SELECT address, name FROM message WHERE list = 'sec' ORDER BY id" | paste -sd';')"
is 'and their thread' 1 "$(rows "SELECT count(DISTINCT thread) FROM message WHERE list = 'sec'")"
run "$CM" archive import sec 2026-November.txt --form pipermail --now $NOW
says 'again adds nothing' '2 read, 0 added, 2 here before'
mkdir -p pages/2026-November
for n in '000001 a%40example.org' '000002 b%2B1%40example.org' '000003 gone%40example.org'; do
    printf '<HTML><HEAD><LINK REL="made" HREF="mailto:sec%%40example.org?Subject=Re%%3A&In-Reply-To=%%3C%s%%3E"></HEAD></HTML>\n' "${n#* }" >"pages/2026-November/${n%% *}.html"
done
printf '<HTML></HTML>' >pages/2026-November/thread.html
run "$CM" archive redirects sec --pipermail /pipermail/sec --pages pages --hyperkitty /hyperkitty/list/sec@example.org --public-inbox /sec --to moved.map
says 'where all is now' 'moved.map: 7 lines, 1 page of Pipermail whose message is not public here'
key=$(python3 -c 'import base64,hashlib; print(base64.b32encode(hashlib.sha1(b"b+1@example.org").digest()).decode())')
first=$(python3 -c 'import base64,hashlib; print(base64.b32encode(hashlib.sha1(b"a@example.org").digest()).decode())')
holds 'month and number' "\"/pipermail/sec/2026-November/000002.html\" \"/lists/sec/message/$key.html\";" moved.map
holds 'the hash of HyperKitty' "\"/hyperkitty/list/sec@example.org/message/$key/\" \"/lists/sec/message/$key.html\";" moved.map
holds 'its threads' "\"/hyperkitty/list/sec@example.org/thread/$first/\" \"/lists/sec/thread/1.html\";" moved.map
holds 'the Message-ID' "\"/sec/b+1@example.org/\" \"/lists/sec/message/$key.html\";" moved.map
does 'the site' "$CM" publish --to site --formats html --now $NOW
bad=$(sed 's/.*"\(.*\)";/site\1/' moved.map | while read -r f; do [ -e "$f" ] || echo "$f"; done)
is 'all of it leads somewhere' '' "$bad"
printf 'From x Tue Nov  3 10:00:00 2026\nFrom: a@x.example\nMessage-ID: <Odd@x>\n\n1\n\nFrom x Tue Nov  3 10:00:00 2026\nFrom: a@x.example\nMessage-ID: <odd@X>\n\n2\n\nFrom x Tue Nov  3 10:00:00 2026\nFrom: a@x.example\nMessage-ID: <a";$x{}@x>\n\n3\n' >odd.mbox
does 'Message-IDs that no map can hold' "$CM" archive import sec odd.mbox --now $NOW
run "$CM" archive redirects sec --public-inbox /sec --to odd.map
says 'are counted' 'odd.map: 3 lines, 2 addresses that no map can hold'
is 'and not written' '' "$(grep -v '^"/sec/[A-Za-z0-9@.+-]*/" "/lists/sec/message/[A-Z2-7]*.html";$' odd.map)"
fails 2 'belong together' 'numbers stand on pages only' "$CM" archive redirects sec --pipermail /p --to x.map
fails 1 'is no path' 'a path that would be more than one' "$CM" archive redirects sec --public-inbox '/a" "/b' --to x.map
does 'closed' "$CM" list set sec archive=closed --now $NOW
fails 1 'is closed' 'what is closed has no pages' "$CM" archive redirects sec --public-inbox /sec --to x.map

# ---- public-inbox, version 2
if ! type -p git >/dev/null; then skip 'an inbox of public-inbox' 'git is not installed'; finish; exit; fi
does 'another list' "$CM" list new pi --address pi@example.org --title PI --now $NOW
commit() { # SHARD TIME FILE NAME...: as public-inbox writes it, one file in each commit
    git --git-dir="inbox/git/$1.git" rm -q --cached -r . 2>/dev/null
    local blob
    blob=$(git --git-dir="inbox/git/$1.git" hash-object -w "$3")
    tree=$(printf '100644 blob %s\t%s\n' "$blob" "${4:-m}" | git --git-dir="inbox/git/$1.git" mktree)
    parent=$(git --git-dir="inbox/git/$1.git" rev-parse -q --verify HEAD)
    new=$(GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@x GIT_AUTHOR_DATE="$2 +0100" GIT_COMMITTER_DATE="$2 +0000" \
        git --git-dir="inbox/git/$1.git" commit-tree "$tree" ${parent:+-p "$parent"} -m 'subject of it')
    git --git-dir="inbox/git/$1.git" update-ref HEAD "$new"
}
mkdir inbox
for shard in 0 1 2 10; do git init -q --bare "inbox/git/$shard.git" 2>/dev/null; done
for n in 1 2 3 4 5; do printf 'From: A%s <a%s@example.org>\nSubject: Mail %s\nMessage-ID: <m%s@example.org>\n\nblob\ncommit x\ndata 9999\ntext %s' $n $n $n $n $n >m$n; done
commit 0 1700000000 m1; commit 0 1700000100 m2; commit 1 1700000200 m3; commit 2 1700000300 m4; commit 2 1700000400 m2 d; commit 10 1700000500 m5
run "$CM" archive import pi inbox --now $NOW
says 'an inbox' '4 read, 4 added, 0 here before'
is 'in the order of its shards, without what was taken out' 'm1 m3 m4 m5' "$(rows "SELECT substr(mid, 1, 2) FROM message WHERE list = 'pi' ORDER BY id" | paste -sd' ')"
is 'with the time of arrival' 1700000200 "$(rows "SELECT received FROM message WHERE mid = 'm3@example.org'")"
does 'export' "$CM" archive export pi out.mbox
is 'every byte' 4 "$(python3 -c '
import re
text = open("out.mbox").read()
parts = re.split(r"(?:\A|(?<=\n))From casemate[^\n]*\n", text)[1:]
print(sum(p.rstrip("\n") == open("m" + str(n)).read() for p, n in zip(parts, (1, 3, 4, 5))))')"
run "$CM" archive import pi inbox --now $NOW
says 'again adds nothing' '4 read, 0 added, 4 here before'
printf '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ext::sh -c touch%% ran\n\tpromisor = true\n[alias]\n\tfast-export = !touch ran\n[core]\n\tpager = touch ran\n\tfsmonitor = touch ran\n' >inbox/git/1.git/config
find inbox/git/1.git/objects -type f | head -1 | xargs rm -f
fails 1 'git cannot read .*1.git' 'a broken one, with commands in its configuration' "$CM" archive import pi inbox --now $NOW
if [ -e ran ] || [ -e inbox/git/1.git/ran ]; then fail 'none of them is run'; else pass 'none of them is run'; fi
finish
