#!/bin/bash
# The configuration of docs/web.md, as it is written there, with a certificate of the test's own: nginx in front of a server.
. "$(dirname "$0")/lib.sh"
if ! command -v nginx >/dev/null 2>&1 || ! command -v openssl >/dev/null 2>&1; then
    skip 'nginx in front, as docs/web.md says' 'nginx or openssl is not installed'
    finish
    exit
fi
store s.db
export CASEMATE_DB=s.db
port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
"$CM" list new sec --address sec@example.org --title Sec --now $NOW >/dev/null
"$CM" serve --url https://sig.example.org --http 127.0.0.1:0 --tick 0 --without-pdf --now $NOW >line 2>log &
server=$!
nginx=
trap 'kill "$server" $nginx 2>/dev/null; chmod -R u+w "$WORK" 2>/dev/null; rm -rf "$WORK"' EXIT
until grep -qs http line; do sleep 0.05; kill -0 $server || break; done
inner=$(sed -n 's/.*http:\/\/[^:]*:\([0-9]*\).*/\1/p' line | head -1)
outer=$(port)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=sig.example.org \
    -addext subjectAltName=DNS:sig.example.org >/dev/null 2>&1
sed -n '/^## nginx in front/,/^The last address/p' "$TOP/docs/web.md" | sed -n 's/^    //p' >block.conf
says 'the page has a configuration' 'proxy_pass http://127.0.0.1:8139;' block.conf
{
    echo "pid $WORK/nginx.pid; error_log $WORK/nginx-error.log; daemon off; worker_processes 1; events {} http { access_log $WORK/nginx-access.log;"
    for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $WORK/$kind;"; done
    sed "s|/etc/letsencrypt/live/sig.example.org/fullchain.pem|$WORK/cert.pem|; s|/etc/letsencrypt/live/sig.example.org/privkey.pem|$WORK/key.pem|
         s|listen 443|listen 127.0.0.1:$outer|; s|127.0.0.1:8139|127.0.0.1:$inner|" block.conf
    echo '}'
} >nginx.conf
chmod 755 "$WORK"
does 'nginx takes it' nginx -t -q -c "$WORK/nginx.conf" -e "$WORK/nginx-error.log"
nginx -c "$WORK/nginx.conf" -e "$WORK/nginx-error.log" >nginx-out 2>&1 &
nginx=$!
ask() { curl -s -i -m 20 --cacert cert.pem --connect-to "sig.example.org:443:127.0.0.1:$outer" "$@"; }
for _ in $(seq 200); do ask https://sig.example.org/ >/dev/null && break; sleep 0.05; done
does 'the site by https' ask https://sig.example.org/index.html
says 'is there' '^HTTP/1.1 200'
says 'with HSTS' '^Strict-Transport-Security: max-age=31536000'
says 'and our own policy' "^Content-Security-Policy: default-src 'none'"
does 'search' ask 'https://sig.example.org/search?q=gate'
says 'is answered' 'G-0001'
does 'the page to log in' ask https://sig.example.org/login
says 'has a cookie for https only' '^Set-Cookie: __Host-casemate=[^;]*;.*Secure'
cookie=$(sed -n 's/^Set-Cookie: \(__Host-casemate=[^;]*\).*/\1/p' "$out" | tr -d '\r')
proof=$(sed -n 's/.*action="\/login"><input type="hidden" name="proof" value="\([^"]*\)".*/\1/p' "$out")
does 'a form' ask -H "Cookie: $cookie" --data-urlencode "proof=$proof" --data-urlencode address=rosa@example.org https://sig.example.org/login
says 'goes through' '^HTTP/1.1 (200|303|422)'
head -c 300000 /dev/zero | tr '\0' a >long
does 'a body beyond the limit' ask --data-binary @long https://sig.example.org/login
says 'is refused' '^HTTP/1.1 413'
for n in $(seq 33); do ask -H "X-Forwarded-For: 10.0.0.$n" 'https://sig.example.org/search?q=x' | head -1; done >many
says 'what a client says about its address is not believed: its rate ends' '^HTTP/1.1 429' many
does 'the whole is well' ask https://sig.example.org/healthz
says 'and says so' '^ok'
finish
