#!/bin/bash
# The gateways for mail with a real Postfix on loopback: it delivers over LMTP to gateway/lmtp, and takes mail from gateway/smtp and
# hands it on. Its own instance: configuration, queue and log are in the test's folder, its ports are free ones.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
peer=$(dirname "$CM")/tests/mail/mail_peer
if ! command -v postfix >/dev/null; then
    skip 'mail through Postfix' 'postfix is not installed'
    finish
elif [ "$(id -u)" -ne 0 ]; then
    skip 'mail through Postfix' 'Postfix runs as root only'
    finish
elif [ ! -x "$peer" ]; then
    fail 'mail_peer is built' "no $peer"
    finish
fi
while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#ok }" ;;
    'not ok '*) fail "${line#not ok }" ;;
    1..*) whole=yes ;;
    *) echo "# $line" ;;
    esac
done < <(python3 "$TOP/tests/cli/postfix.py" "$peer" "$WORK" 2>&1)
[ "${whole-}" = yes ] || fail 'postfix.py ran to its end'
finish
