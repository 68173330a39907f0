#!/bin/bash
# casemate publish: a folder and a store give the same bytes, twice; little is rewritten after one edit; never over a stranger's folder.
. "$(dirname "$0")/lib.sh"
export CASEMATE_DB=s.db

for profile in minimal xmpp; do
    P=$TOP/profiles/$profile
    # The PDF of the large register takes minutes: once, in 150-site, is enough.
    F= && [ $profile = minimal ] || F='--formats html,xml,json,text'
    # Two caches, so that what the PDF renderer makes is compared too, not only kept.
    XDG_CACHE_HOME=$WORK/cache-a does "$profile: publish --from" "$CM" publish --from "$P" --now $NOW --to a $F
    pdf=$(grep -c 'no PDF' "$err")
    rm -f s.db*
    does "$profile: init" "$CM" init --profile "$P" --now $NOW
    XDG_CACHE_HOME=$WORK/cache-b does "$profile: publish" "$CM" publish --now $NOW --to b $F
    same "$profile: the same bytes" a b
    if [ -n "$F" ]; then
        is "$profile: three documents in four formats" 12 "$(ls a/{process,template,analysis}.{html,xml,json,txt} | wc -l)"
    elif [ "$pdf" -eq 0 ]; then
        is "$profile: three documents in five formats" 15 "$(ls a/{process,template,analysis}.{html,xml,json,txt,pdf} | wc -l)"
    else
        skip "$profile: PDF" "$(grep -h 'no PDF' "$err" | head -1)"
    fi
    cp -r a c
    XDG_CACHE_HOME=$WORK/cache-a does "$profile: publish --from again" "$CM" publish --from "$P" --now $NOW --to a $F
    says "$profile: nothing is written" ' 0 written'
    XDG_CACHE_HOME=$WORK/cache-a does "$profile: publish again" "$CM" publish --now $NOW --to b $F
    same "$profile: the same bytes again" a b
    same "$profile: as the first time" a c
    rm -rf a b c
done

minimal s
F="--formats html,xml,json,text"
does 'publish without PDF' "$CM" publish --from s --now $NOW --to a $F
is 'makes none' '' "$(find a -name '*.pdf')"
cp -rl a old
inode=$(stat -c %i a/threats/G-0003.html)
sed -i 's/^Reading it is part/Reading this is part/' s/threats/G-0003-gate-log.md
does 'publish after one edit' "$CM" publish --from s --now $NOW --to a $F --json
is 'rewrites only what changed' True "$(json "0 < d['written'] < d['kept']")"
says 'the page is new' 'Reading this' a/threats/G-0003.html
says 'whoever reads the old site still does' 'Reading it' old/threats/G-0003.html
does 'from scratch' "$CM" publish --from s --now $NOW --to fresh $F
same 'an update is the same as a new site' a fresh

mkdir mine && printf 'x\n' > mine/letter
fails 1 'mine' 'a folder that is not ours is not overwritten' "$CM" publish --from s --to mine
is 'and stays' 'letter' "$(ls mine)"
printf 'x\n' > plain
fails 1 'plain' 'a file is not overwritten' "$CM" publish --from s --to plain
mkdir empty
does 'an empty folder is taken' "$CM" publish --from s --now $NOW --to empty $F
sed -i 's/^level: .*/level: moon/' s/threats/G-0001-recorded-opening.md
cp -r a before
fails 1 'G-0001.*error' 'a faulty folder is not published' "$CM" publish --from s --now $NOW --to a $F
silent 'nothing is said of an import' 'imported' "$err"
same 'and the site stays' a before
is 'no temporary folder is left' '' "$(ls -A | grep -E '^(a|empty|fresh|b)[.~-]|^\.(a|empty|fresh)' | grep -v '^\.[a-z]*\.casemate-twin$')"

# Without the renderer everything else is written, and publish says so. Played by a mount over the Python that would run it.
minimal s
python=$(readlink -f /usr/bin/python3)
if ! unshare -m sh -c "mount --bind /bin/false '$python'" 2>/dev/null; then
    skip 'without the PDF renderer' 'needs root and the right to mount'
else
    run unshare -m sh -c "mount --bind /bin/false '$python'; XDG_CACHE_HOME='$WORK/none' exec '$CM' publish --from s --now $NOW --to nopdf"
    is 'without the PDF renderer publish goes on' 0 $code
    says 'and says so' 'no PDF' "$err"
    is 'with all other formats' 12 "$(ls nopdf/{process,template,analysis}.{html,xml,json,txt} | wc -l)"
    is 'and no PDF' '' "$(find nopdf -name '*.pdf')"
    silent 'nor a link to one' 'href="[^"]*\.pdf"' nopdf/index.html
fi
finish
