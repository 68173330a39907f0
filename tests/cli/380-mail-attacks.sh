#!/bin/bash
# Attacks on lists and their archives, one name for each class that such software was broken by; docs/mail-attacks.md says
# which other tests hold against each.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db
minimal p
sed -i 's/^mode: author/mode: small/' p/process.md
does 'a group' "$CM" init --profile p --now $NOW
does 'with a moderator' "$CM" member add Rosa --mail rosa@home.example --now $NOW
does 'who is one' "$CM" role give Rosa editor --now $NOW
sql() { python3 -c 'import sqlite3, sys; d = sqlite3.connect(sys.argv[2], timeout=20); [print(*r) for r in d.execute(sys.argv[1])]' "$1" "${2-s.db}"; }
nothing() { if grep -rlaE -- "$2" "${@:3}" >hits 2>/dev/null; then fail "$1" "$(head -3 hits)"; else pass "$1"; fi; }
deliver() { "$CM" deliver "${to-sec@example.org}" --sender "${from-ada@home.example}" --now $NOW >"$out" 2>"$err"; }
does 'a list' "$CM" list new sec --address sec@example.org --title 'Security SIG' --now $NOW
does 'where anyone posts' "$CM" list set sec posts=anyone rate=0 attachments=hold max-bytes=50000000 --now $NOW
does 'a reader' "$CM" list subscribe sec ben@home.example --consent test --now $NOW
does 'another list' "$CM" list new shut --address shut@example.org --title Shut --now $NOW
does 'that is closed' "$CM" list set shut archive=closed posts=members strangers=hold --now $NOW

# ---- the moderator's screen
python3 - >held.eml <<'E'
bad = '<script>alert(1)</script>\x1b]0;owned\x07\x1b[2J\u202eevil'
print('From: "' + bad + '" <eve@home.example>\nTo: sec@example.org\nSubject: ' + bad + '\nMessage-ID: <held@home.example>\nMIME-Version: 1.0\n'
      'Content-Type: multipart/mixed; boundary=b\n\n--b\n\n' + bad + '\n--b\nContent-Type: application/octet-stream; name="' + bad + '"\n'
      'Content-Disposition: attachment; filename="' + bad + '"\n\nx\n--b--')
E
deliver <held.eml
for words in 'hold list' 'hold show P-1' 'hold log' 'alarm list' 'hold due'; do "$CM" $words; "$CM" $words --json; done >screen 2>&1
nothing "moderator's screen: no controls of a terminal, nothing that turns text round" $'[\x01-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' screen
does "moderator's screen: the post is shown" grep -q 'eve@home.example' screen
sql "SELECT CAST(bytes AS TEXT) FROM outgoing WHERE kind = 'mail'" | tr -d '\r' >sent
does "moderator's screen: a mail asks for a decision" grep -q '^To: .*rosa@home.example' sent
nothing "moderator's screen: nor in mails about it" $'[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]' sent

# ---- XSS in the archive
python3 - <<'E'
payloads = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'-alert(1)-'", '<svg/onload=alert(1)>', 'javascript:alert(1)',
            '<a href="javascript:alert(1)">x</a>', '</title><script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;', '<base href=//evil.example>',
            '<iframe srcdoc="<script>alert(1)</script>">', '<style>@import "//evil.example"</style>', ']]><script>alert(1)</script>']
with open('xss.mbox', 'w') as f:
    for i, p in enumerate(payloads):
        for kind in ('plain', 'html'):
            f.write(f'From x Tue Nov  3 10:00:00 2026\nFrom: "{p}" <x{i}@home.example>\nSubject: {p}\nMessage-ID: <{i}{kind}{p.replace(" ", "")}@x>\n'
                    f'Content-Type: text/{kind}; charset="{p[:20]}"; name="{p}"\n\n{p}\nhttps://example.net/{p}\n\n')
E
does 'XSS in the archive: hostile mail comes in' "$CM" archive import sec xss.mbox --form mboxo --now $NOW
does 'XSS in the archive: is published' "$CM" publish --to site --formats html --now $NOW
python3 - >"$out" <<'E'
import html.parser, os
bad = []
class Look(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        for k, v in attrs:
            if k.startswith('on') or k in ('srcdoc', 'style') or (k in ('href', 'src', 'action') and (v or '').strip().lower().startswith(('javascript:', 'data:text', '//evil'))):
                bad.append((self.path, tag, k, v))
        if tag in ('script', 'iframe', 'base', 'object', 'embed', 'style') and not (tag in ('script', 'style') and dict(attrs).get('src', '').startswith(('/', '.'))):
            bad.append((self.path, tag))
for at, _, names in os.walk('site/lists'):
    for name in names:
        if name.endswith('.html'):
            look = Look()
            look.path = os.path.join(at, name)
            look.feed(open(look.path).read())
print(len(bad), bad[:3])
E
is 'XSS in the archive: no element or attribute of theirs' '0 []' "$(cat "$out")"
is 'XSS in the archive: attachments are no pages' '' "$(find site/lists -path '*file*' -not -name '*.bin' -type f | head -3)"

# ---- request forgery, guessable keys
store t.db
for db in s.db t.db; do
    "$CM" --db $db list new keys --address keys@example.org --title Keys --now $NOW >/dev/null
    "$CM" --db $db list set keys posts=anyone url=https://sig.example --now $NOW >/dev/null
    "$CM" --db $db list subscribe keys ada@home.example --consent test --now $NOW >/dev/null
done
subscribe() { # DB: the key of the confirmation
    printf 'From: zoe@home.example\nSubject: subscribe\nMessage-ID: <%s@x>\n\n.\n' "$RANDOM" | "$CM" --db "$1" deliver keys-request@example.org --sender zoe@home.example --now $NOW >/dev/null
    sql "SELECT CAST(bytes AS TEXT) FROM outgoing WHERE kind = 'mail' ORDER BY id DESC LIMIT 1" "$1" | grep -o 'keys-confirm+[a-z2-7]*' | head -1 | cut -d+ -f2
}
one=$(subscribe s.db) two=$(subscribe t.db)
is 'request forgery: keys are 128 bits at random, and of no other store' 'yes yes yes' \
    "$([ ${#one} -eq 26 ] && echo yes) $([ ${#two} -eq 26 ] && echo yes) $([ "$one" != "$two" ] && echo yes)"
for db in s.db t.db; do # its secrets are drawn when a post goes out, be it to nobody who listens
    printf 'From: ada@home.example\nSubject: x\nMessage-ID: <keys@x>\n\nx\n' | "$CM" --db $db deliver keys@example.org --sender ada@home.example --now $NOW
    "$CM" --db $db queue run --smtp 127.0.0.1:1 --now $NOW >/dev/null 2>&1
done
is 'request forgery: no secret is made from what others know' '2 2 4' \
    "$(sql 'SELECT count(*) FROM secret' s.db) $(sql 'SELECT count(*) FROM secret' t.db) $({ sql 'SELECT hex(bytes) FROM secret' s.db; sql 'SELECT hex(bytes) FROM secret' t.db; } | sort -u | wc -l)"

# ---- secrets of a stolen store
sql "SELECT hex(digest) FROM token" >digests
is 'offline secrets: a key is kept as its digest' yes "$([ -s digests ] && echo yes)"
sql 'SELECT hex(digest), kind, list, subject, address, detail FROM token' >keys
nothing 'offline secrets: who has them can use none' "$one" keys

# ---- authorisation in a secondary view
does 'secondary view: a member without a role' "$CM" member add Mallory --mail mallory@home.example --now $NOW
bad=
for words in 'list subscribers sec' 'hold show P-1' 'hold approve P-1' 'list unsubscribe sec ben@home.example' 'list set-delivery sec ben@home.example none' 'list set sec posts=nobody'; do
    "$CM" $words --as Mallory --now $NOW >view 2>&1 && bad+="$words; "
    grep -q 'ben@home' view && [ "${words%% ben*}" = "$words" ] && bad+="$words tells; "
done
is 'secondary view: nothing private is shown or done for somebody else' '' "$bad"

# ---- what is closed or held, by every other way
printf 'From x Tue Nov  3 10:00:00 2026\nFrom: Ada <ada@home.example>\nSubject: Closedcanary\nMessage-ID: <closed@x>\n\nClosedcanary\n' >shut.mbox
does 'data exposed during import: into a closed list' "$CM" archive import shut shut.mbox --now $NOW
printf 'From: eve@home.example\nSubject: Heldcanary\nMessage-ID: <heldcanary@x>\n\nHeldcanary\n' | to=shut@example.org from=eve@home.example deliver
"$CM" publish --to site --now $NOW >/dev/null 2>&1
"$CM" archive redirects sec --public-inbox /sec --to moved.map >/dev/null
# The operator's own search knows what is closed, and not what is held.
{ "$CM" search heldcanary --json; "$CM" search from:eve --json; "$CM" record show; "$CM" list show shut; "$CM" thread list shut --json; } >ways 2>&1
rm -rf folder && "$CM" export folder >/dev/null
nothing 'hiding bypass: held and closed mail by no way' 'losedcanary|eldcanary|heldcanary@x' site folder moved.map
grep -v '"query"' ways >ways.seen
nothing 'hiding bypass: nor by a command' '[Hh]eldcanary' ways.seen
printf 'description = "x"\n' >config.py
does 'data exposed during import: a configuration that says nothing' "$CM" list import-config sec config.py --now $NOW
is 'data exposed during import: closes the archive' closed "$("$CM" list show sec --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["settings"]["archive"])')"
"$CM" list set sec archive=public --now $NOW >/dev/null

# ---- a From that is not true
does 'spoofed From: a list that knows who checks' "$CM" list set shut trusted=mx.example.org --now $NOW
does 'spoofed From: with a member' "$CM" list subscribe shut ada@home.example --consent test --now $NOW
post() { to=shut@example.org from=x@evil.example deliver; }
held() { sql "SELECT h.rules FROM hold h JOIN message m ON m.id = h.message WHERE m.mid = '$1@x'"; }
printf 'Authentication-Results: mx.example.org; dmarc=fail header.from=home.example\nFrom: ada@home.example\nSubject: s\nMessage-ID: <f1@x>\n\nx\n' | post
printf 'Authentication-Results: evil.example; dmarc=pass header.from=home.example\nFrom: ada@home.example\nSubject: s\nMessage-ID: <f2@x>\n\nx\n' | post
printf 'Authentication-Results: mx.example.org; dmarc=pass header.from=evil.example\nFrom: x@evil.example\nFrom: ada@home.example\nSubject: s\nMessage-ID: <f3@x>\n\nx\n' | post
bad=
for id in f1 f2 f3; do case "$(held $id)" in *unproven*) ;; *) bad+="$id: $(held $id); " ;; esac; done
is 'spoofed From: refused by the checker, checked by nobody, two of them: all are held' '' "$bad"
before=$(sql 'SELECT count(*) FROM event')
printf 'From: mallory@home.example\nSubject: s\nMessage-ID: <f4@x>\n\nPropose: A gate\nIt is open.\n' | to=sec-request@example.org from=mallory@home.example deliver
is 'spoofed From: a command alone changes nothing' "$before" "$(sql 'SELECT count(*) FROM event')"

# ---- header injection
printf 'From: =?utf-8?q?Eve=0d=0aBcc:_victim@x.example?= <eve@home.example>\nSubject: =?utf-8?q?a=0d=0aBcc:_victim@x.example=0d=0a=0d=0abody?=\nMessage-ID: <inject@x>\nReply-To: =?utf-8?q?x=0aBcc:?= <r@x.example>\n\n.\r\n' | deliver
python3 "$TOP/tests/cli/smtp_sink.py" sink >sink.port &
sinker=$!
trap 'kill $sinker 2>/dev/null; rm -rf "$WORK"' EXIT
mkdir -p sink
until [ -s sink.port ]; do sleep 0.05; kill -0 $sinker || break; done
does 'header injection: mail goes out' "$CM" queue run --smtp "127.0.0.1:$(cat sink.port)" --now $NOW
is 'header injection: something arrived' yes "$(ls sink | grep -q '^[0-9]' && echo yes)"
nothing 'header injection: no field and no recipient is made' '^(Bcc:|bcc:)|victim@x.example$' sink/log
python3 - >"$out" <<'E'
import glob
bad = [p for p in glob.glob('sink/[0-9]*') for line in open(p, 'rb').read().split(b'\n\r\n')[0].split(b'\n') if line.lower().startswith(b'bcc') or line.strip() == b'body']
print(bad)
E
is 'header injection: in no header' '[]' "$(cat "$out")"
fails 1 'control character' 'header injection: nor by a setting' "$CM" list set sec prefix=$'x\r\nBcc: y' --now $NOW

# ---- path traversal
printf 'From x Tue Nov  3 10:00:00 2026\nFrom: a@x.example\nSubject: ../../../../x\nMessage-ID: <../../../../escaped@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/x; name="../../../../escaped.html"\nContent-Disposition: attachment; filename="/../../escaped.html"\n\nx\n--b--\n' >path.mbox
does 'path traversal: hostile names' "$CM" archive import sec path.mbox --now $NOW
does 'path traversal: are published' "$CM" publish --to site --formats html --now $NOW
is 'path traversal: and name no file' '' "$(find "$WORK" site/.. -name '*escaped*' 2>/dev/null | head -3)"
fails 1 'no list' 'path traversal: nor does the name of a list' "$CM" list new ../x --address x@example.org --title X --now $NOW

# ---- code execution
# shellcheck disable=SC2016
printf 'From: "`touch ran`" <a@x.example>\nSubject: $(touch ran); | touch ran %%n%%s {{7*7}} ${jndi:x}\nMessage-ID: <run@x>\nContent-Type: text/plain; name="|touch ran"\n\n$(touch ran) {{7*7}}\n' | deliver
"$CM" queue run --smtp "127.0.0.1:$(cat sink.port)" --now $NOW >/dev/null 2>&1
"$CM" publish --to site --formats html --now $NOW >/dev/null
is 'code execution: no shell, no template' '' "$(ls ran site/ran 2>/dev/null)"
nothing 'code execution: nothing is worked out' 'Subject: .*49' site sink
is 'code execution: the program has no rights of its own' '' "$(find "$(readlink -f "$CM")" -perm /6000)"

# ---- one mail that costs too much
python3 - <<'E'
head = 'From: a@x.example\nSubject: big\nMessage-ID: <{}@big>\n'
mails = {
    'addresses': head + 'To: ' + ', '.join(f'a{i}@x.example' for i in range(100000)) + '\n\nx\n',
    'fields': head + ''.join(f'X-{i}: y\n' for i in range(100000)) + '\nx\n',
    'references': head + 'References: ' + ' '.join(f'<r{i}@x>' for i in range(100000)) + '\n\nx\n',
    'parts': head + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n' + '--b\n\nx\n' * 10000 + '--b--\n',
    'depth': head + 'MIME-Version: 1.0\n' + ''.join(f'Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n' for i in range(10000)) + '\nx\n',
    'line': head + '\n' + 'x' * (15 << 20) + '\n',
    'html': head + 'Content-Type: text/html\n\n' + '<div><b>' * 200000 + '\n',
    'quotes': head + '\n' + '>' * 1000000 + ' x\n',
    'words': head + 'Subject: ' + '=?utf-8?q?x?= ' * 20000 + '\n\nx\n'}
for name, text in mails.items():
    open(f'big.{name}', 'w').write(text.replace('{}', name, 1))
E
python3 - "$CM" $NOW >costs <<'E'
import glob, os, resource, subprocess, sys
for path in sorted(glob.glob('big.*')):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    r = subprocess.run([sys.argv[1], 'deliver', 'sec@example.org', '--sender', 'a@x.example', '--now', sys.argv[2]], stdin=open(path), capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    ms = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000
    mb = os.path.getsize(path) / 1e6
    print(path[4:], r.returncode, round(ms), round(300 + 100 * mb), r.stderr.decode()[:80].strip())
E
is 'resource exhaustion: each is taken, or refused for good' '' "$(awk '$2 != 0 && $2 != 65 && $2 != 69 && $2 != 77' costs)"
if [ -z "${CASEMATE_SANITIZED-}" ]; then
    is 'resource exhaustion: in time that grows with the mail, and no faster' '' "$(awk '$3 > $4' costs)"
fi
printf 'From: a@x.example\nSubject: after\nMessage-ID: <after@x>\n\nx\n' | deliver
is 'resource exhaustion: the next mail comes in' 1 "$(sql "SELECT count(*) FROM public_message WHERE mid = 'after@x'")"

# ---- files that change or are not what they seem
mkdir -p box/cur box/new
printf 'secret: 1\n\nSECRETFILE\n' >secret
ln -s "$PWD/secret" box/cur/1700000000.M1.x
mkfifo box/new/1700000001.M2.x
timeout 20 "$CM" archive import sec box --now $NOW >"$out" 2>"$err"; code=$?
is 'hostile files: a link or a pipe in a Maildir stops nothing for ever' yes "$([ $code -ne 124 ] && [ $code -lt 128 ] && echo yes)"
is 'hostile files: and is not read' 0 "$(sql "SELECT count(*) FROM mail_search('secretfile')")"

# ---- signatures
printf 'From x Tue Nov  3 10:00:00 2026\nFrom: a@x.example\nSubject: signed\nMessage-ID: <pgp@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nUNSIGNEDPART\n--o\nContent-Type: multipart/signed; protocol="application/pgp-signature"; boundary=i\n\n--i\n\nsigned part\n--i\nContent-Type: application/pgp-signature\n\nx\n--i--\n--o--\n' >pgp.mbox
does 'signature confusion: a part that is signed beside one that is not' "$CM" archive import sec pgp.mbox --now $NOW
"$CM" publish --to site --formats html --now $NOW >/dev/null
page=site/lists/sec/message/$(python3 -c 'import base64,hashlib; print(base64.b32encode(hashlib.sha1(b"pgp@x").digest()).decode())').html
does 'signature confusion: says that it was not checked' grep -q 'not checked' "$page"
nothing 'signature confusion: and never that it is good' '[Vv]erified|[Vv]alid signature|[Gg]ood signature' "$page"

# ---- flooding others
count() { sql "SELECT count(*) FROM delivery WHERE recipient = '$1'"; }
for i in 1 2 3 4 5 6; do
    printf 'From: victim@home.example\nSubject: subscribe\nMessage-ID: <flood%s@x>\n\n.\n' $i | to=$([ $((i % 2)) = 1 ] && echo sec || echo keys)-request@example.org from=victim@home.example deliver
done
is 'flooding others: one question a day, over all lists' 1 "$(count victim@home.example)"
printf 'From: stranger@home.example\nSubject: spam\nMessage-ID: <spam@x>\n\nBuy.\n' | to=shut@example.org from=stranger@home.example deliver
is 'flooding others: who is held hears nothing' 0 "$(count stranger@home.example)"
does 'the record verifies' "$CM" record verify
finish
