#!/bin/bash
# casemate tree: check, print and draw outlines and threat files, without a store.
. "$(dirname "$0")/lib.sh"
cat > t.txt <<'END'
Read a user's private messages
  AND Read the stream on the wire
    Get on the path   [p=0.02..0.2 cost=500..5000 skill=2 time=2d]  ; basis: trials
    OR Defeat the encryption
      Strip STARTTLS   [p=0.9]
        ! Client requires TLS   [stops=0.99 deployed=0.7]
      #misissue Use a mis-issued certificate
        ? DANE for XMPP
  2 OF Compromise the operator
    Phish an administrator
    Bribe an administrator
    = #misissue
END
does 'check' "$CM" tree check t.txt
says 'counts' 'Read a user.s private messages: .*steps'
does 'print' "$CM" tree print t.txt
cp "$out" normal.txt
says 'comments are kept' '; basis: trials' normal.txt
does 'print what was printed' "$CM" tree print normal.txt
same 'is the same' "$out" normal.txt
does 'print from standard input' sh -c "sed 's/^/> /' t.txt | '$CM' tree print -"
same 'quoted in a mail, it is the same' "$out" normal.txt
does 'draw' "$CM" tree draw t.txt --to t.svg
does 'it is well-formed' python3 -c "import xml.dom.minidom as m; m.parse('t.svg')"
says 'with all labels' 'DANE' t.svg
silent 'and no script, no outside address' '<script|href="http|url\(http' t.svg
does 'draw again' "$CM" tree draw t.txt --to t2.svg
same 'the same bytes' t.svg t2.svg
does 'draw narrow' "$CM" tree draw t.txt --to t3.svg --width 320
does 'a threat file' "$CM" tree check "$TOP/profiles/minimal/threats/G-0001-recorded-opening.md"
does 'draw to standard output' sh -c "'$CM' tree draw t.txt | grep -q '<svg'"
bad() { # NAME PATTERN TEXT
    printf "$3" > bad.txt
    fails 1 "bad.txt:[0-9]+.*($2)" "$1" timeout 20 "$CM" tree check bad.txt
}
bad 'two goals' 'goal' 'A\nB\n'
bad 'nothing' 'goal|empty' ''
bad 'a gate without children' 'AND|child' 'A\n  AND B\n'
bad 'more than there are' '3 OF|children|k' 'A\n  3 OF B\n    C\n    D\n'
bad 'an unknown attribute' 'prob|did you mean|expected' 'A\n  B [prob=0.1]\n'
bad 'a range the wrong way round' 'range|low|order|less|greater' 'A\n  B [p=0.9..0.1]\n'
bad 'a step that refers to itself' 'a|circle|cycle' 'A\n  OR #a B\n    = #a\n'
python3 -c "print('\n'.join('  ' * i + 'step %d' % i for i in range(1000)))" > deep.txt
fails 1 'deep.txt:[0-9]+.*(200|deep|depth)' 'a depth of 1,000' "$CM" tree check deep.txt
python3 -c "
print('goal')
for i in range(110000): print('  a')" > wide.txt
fails 1 'wide.txt.*(100,?000|many)' '110,000 nodes' timeout 60 "$CM" tree check wide.txt
python3 -c "
print('goal')
for i in range(20000): print('  step %d' % i)" > wide.txt
does '20,000 nodes' timeout 60 "$CM" tree check wide.txt
does 'drawn in time' timeout 60 "$CM" tree draw wide.txt --to wide.svg
fails 1 'no-such' 'no file' "$CM" tree check no-such.txt
finish
