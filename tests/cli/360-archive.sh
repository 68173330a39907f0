#!/bin/bash
# casemate archive, and what readers see of lists: import again and again without doubles, export as received, pages,
# search; nothing that is held, closed or an address shows anywhere.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
store s.db
holds() { if grep -q -- "$2" "$3"; then pass "$1"; else fail "$1" "no $2 in $3"; fi; }
absent() { if grep -rqiE "$2" site; then fail "$1" "$(grep -rliE "$2" site | head -3)"; else pass "$1"; fi; }
does 'a list' "$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW
does 'a second one' "$CM" list new board --address board@example.org --title Board --now $NOW
does 'that is closed' "$CM" list set board archive=closed --now $NOW
python3 - <<'E'
import os
def mail(who, subject, id, refs, text, day, extra=''):
    return (f'Received: from x by y; Tue, {day} Nov 2026 10:00:00 +0000\nFrom: {who}\nTo: sec@example.org\nSubject: {subject}\n'
            f'Message-ID: <{id}@example.org>\n' + (f'References: <{refs}@example.org>\n' if refs else '') +
            f'Date: Tue, {day} Nov 2026 09:00:00 +0000\n{extra}\n{text}')
mails = [mail('Ada Lovelace <ada@example.org>', 'A gate', 'a', '', 'The gate is open, write to eve@example.org.\n\n'
              'From here on it is <b>open</b>. See https://example.net/gate.\n', '03'),
         mail('Ben <ben@example.org>', 'Re: A gate', 'b', 'a', '> one\n' * 12 + 'Indeed, close it.\n-- \nBen\n', 10),
         mail('Rosa <rosa@example.org>', 'Re: A gate', 'c', 'b',
              '--x\nContent-Type: text/html\n\n<p onclick=1>Hinges<script>bad()</script></p>\n'
              '--x\nContent-Type: text/html; name="evil.html"\nContent-Disposition: attachment; filename="evil.html"\n\n'
              '<script>alert(1)</script>\n--x--\n',
              17, 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n'),
         mail('"dave@example.org" <dave@example.org>', '<i>Fence</i> of dave@example.org', 'd', '', 'A fence\n', 24)]
quoted = [m.replace('\nFrom here', '\n>From here') for m in mails]
sep = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n'
open('q.mbox', 'w').write(''.join(sep + m + '\n' for m in quoted))
open('plain.mbox', 'w').write(''.join('From x Tue Nov  3 10:00:00 2026\n' + m + '\n' for m in mails))
for d in ('cur', 'new', 'tmp'):
    os.makedirs('box/' + d)
for i, m in enumerate(mails):
    open(f'box/{("cur", "new")[i % 2]}/{1700000000 + i}.M1P1.host', 'w').write(m)
open('mails.bin', 'w').write('\0'.join(mails))
E
fails 2 'archive import wants' 'import wants a list and a path' "$CM" archive import sec
fails 2 'the forms are' 'an unknown form' "$CM" archive import sec q.mbox --form maildir
fails 1 'no list "dev"' 'an unknown list' "$CM" archive import dev q.mbox
fails 1 'cannot open' 'no such file' "$CM" archive import sec none.mbox
fails 1 'does not begin with "From "' 'no mbox' "$CM" archive import sec mails.bin
mkdir empty
fails 1 'no Maildir' 'no Maildir' "$CM" archive import sec empty
run "$CM" archive import sec q.mbox --now 2026-11-30
says 'an mbox' '4 read, 4 added, 0 here before'
run "$CM" archive import sec q.mbox --now 2026-11-30
says 'the same again adds nothing' '4 read, 0 added, 4 here before'
run "$CM" archive import sec box --now 2026-11-30
says 'nor does the same as a Maildir' '4 read, 0 added, 4 here before'
run "$CM" archive import sec plain.mbox --form unquoted --now 2026-11-30
says 'nor without quoting' '4 read, 0 added, 4 here before'
run "$CM" archive import board plain.mbox --now 2026-11-30
says 'the wrong form is noticed' '--form unquoted'
is 'the time of arrival is that of the Received field' '2026-11-03 10:00:00' \
    "$(rows "SELECT datetime(received, 'unixepoch') FROM message WHERE mid = 'a@example.org' AND list = 'sec'")"
is 'nothing is sent' '0' "$(rows 'SELECT count(*) FROM outgoing')"
does 'export' "$CM" archive export sec out.mbox
is 'for its owner only' '600' "$(stat -c %a out.mbox)"
python3 - >"$out" <<'E'
import re
parts = re.split(r'(?:\A|(?<=\n))From [^\n]*\n', open('out.mbox').read())[1:]
print([re.sub('(?m)^>(>*From )', r'\1', p[:-1]) for p in parts] == open('mails.bin').read().split('\0'))
E
says 'its messages are the bytes that came' True
store t.db
"$CM" --db t.db list new sec --address sec@example.org --title S --now $NOW >/dev/null
does 'into another store' "$CM" --db t.db archive import sec out.mbox --now 2027-01-01
does 'and out again' "$CM" --db t.db archive export sec again.mbox
same 'gives the same file' out.mbox again.mbox

# what is held, and what is said on a closed list
printf 'From: Eve <eve@example.org>\nSubject: Heldcanary\nMessage-ID: <h@example.org>\n\nHeldcanary\n' | \
    "$CM" deliver sec@example.org --sender eve@example.org --now $NOW
printf 'From x Tue Nov  3 10:00:00 2026\nFrom: Eve <eve@example.org>\nSubject: Closedcanary\nMessage-ID: <k@example.org>\n\nx\n' >k.mbox
does 'a message of the closed list' "$CM" archive import board k.mbox --now 2026-11-30
does 'publish' "$CM" publish --to site --formats html --now $NOW
absent 'what is held shows nowhere' 'heldcanary'
absent 'nor what is on a closed list' 'closedcanary|lists/board'
absent 'nor an address' '(mailto:|["> ])(ada|ben|rosa|dave|eve)@example\.org'
if grep -rqE --include='*.html' --include='*.atom' '<b>open|onclick|bad\(\)|<i>Fence' site; then fail 'nor markup of a mail'; else pass 'nor markup of a mail'; fi
thread=site/lists/sec/thread/1.html
key=$(python3 -c 'import base64,hashlib; print(base64.b32encode(hashlib.sha1(b"c@example.org").digest()).decode())')
page=site/lists/sec/message/$key.html
holds 'quotes are folded' '<summary>12 quoted lines' $thread
holds 'links say that they leave' 'class="leaves"' $thread
holds 'replies stand below what they answer' 'class="mail depth-2"' $thread
holds 'a message has its page' 'Hinges' $page
holds 'from which one replies' 'mailto:sec@example.org?subject=Re%3A%20A%20gate&amp;In-Reply-To=%3Cc@example.org%3E' $page
holds 'an attachment is saved' 'download="evil.html"' $page
holds 'under a name that no browser shows' 'alert(1)' site/lists/sec/file/$key-2.bin
holds 'the month' 'thread/1.html' site/lists/sec/2026-11.html
holds 'the front page counts' '>4</a>' site/lists/sec/index.html
is 'mbox of the thread' 3 "$(grep -c '^From casemate' site/lists/sec/thread/1.mbox)"
is 'Atom of the list' 4 "$(grep -c '<entry>' site/lists/sec/feed.atom)"
does 'the feeds are XML' python3 -c 'import sys, xml.dom.minidom as m; [m.parse(p) for p in sys.argv[1:]]' site/lists/sec/feed.atom site/lists/sec/thread/*.atom
does 'all links lead somewhere' python3 "$TOP/tests/site/links.py" site
run "$CM" publish --to site --formats html --now $NOW
says 'publishing again writes nothing' ' 0 written'
printf 'From x Wed Nov 25 10:00:00 2026\nFrom: Ada <ada@example.org>\nSubject: Re: A gate\nReferences: <c@example.org>\nMessage-ID: <e@example.org>\nDate: Wed, 25 Nov 2026 09:00:00 +0000\n\nClosed.\n' >e.mbox
does 'one more' "$CM" archive import sec e.mbox --now 2026-11-30
run "$CM" publish --to site --formats html --now $NOW
written=$(sed 's/.* \([0-9]*\) written.*/\1/' "$out")
# the thread with its mbox and Atom, its four messages, month and mbox, front page and Atom, all lists
if [ "$written" -le 12 ]; then pass 'writes only the pages that it is on'; else fail 'writes only the pages that it is on' "$written"; fi
holds 'an attachment of a page that was kept stays' 'alert(1)' site/lists/sec/file/$key-2.bin
holds 'the thread has it' 'Closed\.' $thread
does 'a closed archive' "$CM" list set sec archive=closed --now $NOW
does 'is published no more' "$CM" publish --to site --formats html --now $NOW
if [ -e site/lists ] || [ -e site/lists.html ]; then fail 'nothing of it is left'; else pass 'nothing of it is left'; fi

# search
run "$CM" search gate
says 'a word' 'mail:sec/'
run "$CM" search from:ben close
says 'from' 'Ben: Re: A gate'
says 'with the hit marked' '\*close\*'
run "$CM" search subject:gate after:2026-11-10 before:2026-11-11 list:sec
says 'and dates' 'Ben: Re: A gate'
silent 'only those' 'Rosa|Ada'
run "$CM" search '"is open"' list:sec
says 'a phrase' 'The gate \*is\* \*open\*'
run "$CM" search 'hing*' list:sec
says 'beginnings' '\*Hinges\*'
run "$CM" search heldcanary
says 'what is held is not found' 'nothing found'
run "$CM" search 'x"y OR ) NEAR( from:* -'
says 'nothing of a query is syntax' 'nothing found'
fails 1 'is no date' 'a date that is none' "$CM" search after:yesterday
fails 1 'no list "dev"' 'a list that is none' "$CM" search list:dev gate
fails 2 'from 1 to' 'a limit that is none' "$CM" search --limit 0 gate
does 'as JSON' "$CM" search gate --json
says 'with the permanent name' '"key": "[A-Z2-7]{32}"'
does 'the record verifies' "$CM" record verify
finish
