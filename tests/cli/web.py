"""What 400-web.sh asks of the server. Run in a folder with s.db, the store; prints lines "ok NAME" and "not ok NAME"."""
import email
import email.policy
import html
import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import xml.dom.minidom

CM = sys.argv[1]
FORM = 'application/x-www-form-urlencoded'


def tell(name, good, why=''):
    print(f'{"ok" if good else "not ok"} {name}')
    if not good:
        print(str(why)[:1500])
    sys.stdout.flush()


def rows(statement, *values):
    with sqlite3.connect('s.db', timeout=20) as d:
        return d.execute(statement, values).fetchall()


class Server:
    def __init__(self, *args):
        self.child = subprocess.Popen([CM, 'serve', *args, '--http', '127.0.0.1:0', *([] if '--site' in args else ['--tick', '0', '--without-pdf'])], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        match = re.search(r'http://[^:/\s]+:(\d+)/', line)
        if not match:
            self.child.kill()
            raise SystemExit(f'the server said: {line!r} {self.child.stderr.read()}')
        self.port = int(match.group(1))

    def stop(self):
        self.child.send_signal(signal.SIGINT)
        self.child.wait(20)
        return self.child.stderr.read()


class Browser:
    """Keeps cookies, sends what a browser sends."""

    def __init__(self, server, host='localhost', agent='Test/1.0', forwarded=None):
        self.server, self.host, self.agent, self.cookie, self.forwarded = server, host, agent, None, forwarded

    def ask(self, method, path, body=None, **headers):
        c = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=20)
        fields = {'Host': self.host, 'User-Agent': self.agent}
        if self.cookie:
            fields['Cookie'] = self.cookie
        if self.forwarded:
            fields['X-Forwarded-For'] = self.forwarded
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body).encode()
            fields['Content-Type'] = FORM
        fields |= {k.replace('_', '-'): v for k, v in headers.items()}
        c.request(method, path, body=body, headers={k: v for k, v in fields.items() if v is not None})
        a = c.getresponse()
        a.text = a.read().decode()
        c.close()
        set_cookie = a.getheader('Set-Cookie')
        if set_cookie:
            self.cookie = set_cookie.split(';')[0]
            if 'Max-Age=0' in set_cookie:
                self.cookie = None
        return a

    def get(self, path, **headers):
        return self.ask('GET', path, **headers)

    def form(self, path, action=None, **values):
        """Opens a page, fills the form that goes to `action` in, and sends it."""
        a = self.get(path)
        for f in re.findall(r'<form.*?</form>', a.text, re.S):
            target = html.unescape(re.search(r'action="([^"]*)"', f).group(1))
            if target != (action or path):
                continue
            fields = dict((html.unescape(n), html.unescape(v)) for n, v in
                          re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', f))
            return self.ask('POST', target, fields | values)
        raise SystemExit(f'no form for {action or path} in {path}: {a.status} {a.text[:2000]}')


def mails(to):
    found = []
    for data, in rows("SELECT o.bytes FROM outgoing o JOIN delivery d ON d.outgoing = o.id WHERE o.kind = 'mail' AND d.recipient = ? ORDER BY o.id", to):
        found.append(email.message_from_bytes(data, policy=email.policy.default))
    return found


def wait_mails(to, count):
    for _ in range(200):
        if len(mails(to)) >= count:
            break
        time.sleep(0.05)
    return mails(to)


def link(mail, base):
    return re.search(re.escape(base) + r'(/login/[a-z2-7]+)', mail.get_content()).group(1)


def log_in(browser, address, base, **values):
    before = len(mails(address))
    browser.form('/login', address=address)
    got = wait_mails(address, before + 1)
    if len(got) != before + 1:
        raise SystemExit(f'no link came to {address}')
    path = link(got[-1], base)
    return path, browser.form(path, **values)


SAFE = {'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Resource-Policy': 'same-origin'}


def headers(a, name):
    policy = a.getheader('Content-Security-Policy') or ''
    good = all(a.getheader(k) == v for k, v in SAFE.items()) and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and \
        "base-uri 'none'" in policy and 'unsafe' not in policy
    tell(f'safe header fields: {name}', good, a.getheaders())


def detail_of(address):
    """What stands behind LIST-unsubscribe+ in the mails to it: as the worker writes it, by the program's own test of it."""
    number, = rows("SELECT id FROM subscriber WHERE address = ? AND list = 'sec'", address)[0]
    return number


def states():
    return dict(rows("SELECT address, state FROM subscriber WHERE list = 'sec'"))


def unsubscribing(server, address_of):
    b = Browser(server)
    good = address_of('carla@example.org')
    number = good.rsplit('/', 1)[1].split('-')[0]
    wrong = f'/unsubscribe/sec/{number}-abcdefghijklmnop'
    before = states()
    a = b.get(good)
    tell('a GET of the one-click address shows a button', a.status == 200 and '<button' in a.text and 'carla' not in a.text, a.text)
    headers(a, 'unsubscribe')
    tell('HEAD has the same head', b.ask('HEAD', good).status == 200)
    tell('and neither changes anything', states() == before, states())
    pages = [re.sub(r'value="[^"]*"|/unsubscribe/[^"]*', '', b.get(p).text) for p in (good, wrong)]
    tell('a wrong one has the same page', pages[0] == pages[1], pages)
    w = b.ask('POST', wrong, {'List-Unsubscribe': 'One-Click'})
    tell('a POST to a wrong one ends nothing', w.status == 200 and states() == before, (w.status, w.text))
    none = b.ask('POST', '/unsubscribe/nolist/1-abcdefghijklmnop', {'List-Unsubscribe': 'One-Click'})
    tell('nor one to a list that is not here', none.status == 200, none.status)
    tell('without the words it is refused', b.ask('POST', good, {'x': 'y'}).status == 422 and states() == before, states())
    tell('so is another type', b.ask('POST', good, b'{}', Content_Type='application/json').status == 415)
    tell('and PUT', b.ask('PUT', good).status == 405 and b.ask('PUT', good).getheader('Allow') == 'GET, HEAD, POST')
    fresh = Browser(server)
    a = fresh.ask('POST', good, {'List-Unsubscribe': 'One-Click'}, Origin='https://mail.example', Sec_Fetch_Site='cross-site')
    tell('a POST of a mail service unsubscribes at once', a.status == 200 and states()['carla@example.org'] == 'gone', (a.status, states()))
    tell('its answer is that of the wrong one', a.text == w.text, (a.text, w.text))
    again = fresh.ask('POST', good, {'List-Unsubscribe': 'One-Click'})
    tell('and of the second time', again.text == a.text and again.status == 200)
    tell('who left is told once', len(mails('carla@example.org')) == 1, len(mails('carla@example.org')))
    parts = b'--xyz\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xyz--\r\n'
    a = fresh.ask('POST', address_of('dora@example.org'), parts, Content_Type='multipart/form-data; boundary=xyz')
    tell('multipart, as RFC 8058 recommends it', a.status == 200 and states()['dora@example.org'] == 'gone', (a.status, a.text, states()))


def login(server, base):
    nobody = Browser(server)
    tell('the account is for who is logged in', nobody.get('/account').status == 303 and
         nobody.get('/account').getheader('Location') == '/login?next=%2Faccount', nobody.get('/account').getheaders())
    a = nobody.ask('POST', '/account/logout', {})
    tell('a POST without log-in: 401', a.status == 401, a.status)
    a = nobody.get('/login')
    headers(a, 'login')
    cookie = a.getheader('Set-Cookie')
    tell('the cookie is HttpOnly and SameSite', 'HttpOnly; SameSite=Lax' in cookie and 'Path=/' in cookie, cookie)
    tell('an address without the proof of the form: 403', Browser(server).ask('POST', '/login', {'address': 'ada@example.org'}).status == 403)
    other = Browser(server)
    proof = re.search(r'name="proof" value="([^"]*)"', other.get('/login').text).group(1)
    tell('nor with that of another browser', nobody.ask('POST', '/login', {'address': 'ada@example.org', 'proof': proof}).status == 403)
    tell('a form that another site sends: 403', other.ask('POST', '/login', {'address': 'ada@example.org', 'proof': proof}, Origin='https://evil.example').status == 403 and
         other.ask('POST', '/login', {'address': 'ada@example.org', 'proof': proof}, Sec_Fetch_Site='cross-site').status == 403)
    tell('what is no address is said', nobody.form('/login', address='no address').status == 422)
    known = nobody.form('/login', address='ada@example.org')
    stranger = nobody.form('/login', address='nina@example.net')
    tell('the same answer to a member and to a stranger', known.status == stranger.status == 200 and
         known.text.replace('ada@example.org', 'X') == stranger.text.replace('nina@example.net', 'X'), (known.text, stranger.text))
    got = wait_mails('ada@example.org', 1)
    tell('the member gets a link', len(got) == 1 and base + '/login/' in got[0].get_content(), got and got[0].as_string())
    path = link(got[0], base)
    tell('no log, page or record has it', not rows("SELECT 1 FROM event WHERE payload LIKE ?", f'%{path[7:]}%'))
    for _ in range(3):
        a = Browser(server).get(path)
    tell('opening the link changes nothing', a.status == 200 and 'Ada' in a.text and not rows('SELECT 1 FROM session'), a.text)
    tell('a link that is none', nobody.get('/login/' + 'a' * 26).status == 404 and nobody.get('/login/x').status == 404)
    ada = Browser(server, agent='Ada <b>browser</b>')
    a = ada.form(path)
    tell('its button logs in', a.status == 303 and a.getheader('Location') == '/account' and len(rows('SELECT 1 FROM session')) == 1, (a.status, a.text))
    tell('with a new cookie', 'Max-Age=' in a.getheader('Set-Cookie'), a.getheader('Set-Cookie'))
    tell('of which the store has the digest only', not rows('SELECT 1 FROM session WHERE digest LIKE ?', '%' + ada.cookie.split('=')[1] + '%'))
    tell('the link works once', Browser(server).get(path).status == 404)
    a = ada.get('/account')
    headers(a, 'account')
    tell('the account page', a.status == 200 and 'ada@example.org' in a.text and '&lt;b&gt;browser' in a.text, a.text)
    tell('which no cache keeps', a.getheader('Cache-Control') == 'private, no-store' and 'Cookie' in a.getheader('Vary'), a.getheaders())
    wait_mails('nina@example.net', 1)
    nina = Browser(server)
    got = mails('nina@example.net')
    tell('the stranger gets a link too', len(got) == 1 and 'To become one' in got[0].get_content(), [g.as_string() for g in got])
    path = link(got[0], base)
    tell('a name that somebody has', nina.form(path, name='Ada').status == 422)
    tell('or could be mistaken for', nina.form(path, name='Аda').status == 422)
    a = nina.form(path, name='Nina Holm')
    tell('a name of her own: she has joined', a.status == 303 and 'Nina Holm' in nina.get('/account').text, (a.status, a.text))
    event = rows("SELECT payload FROM event WHERE seq = (SELECT max(seq) FROM event)")[0][0]
    tell('which the record says, without the address', b'Nina Holm' in bytes(event, 'utf-8') if isinstance(event, str) else b'Nina Holm' in event)
    tell('asserted by web', '"asserted_by":"web"' in (event if isinstance(event, str) else event.decode()), event)
    return ada, nina


def sessions(server, ada, base):
    second = Browser(server, agent='Second')
    log_in(second, 'ada@example.org', base)
    proof = re.search(r'/account/logout.*?name="proof" value="([^"]*)"', second.get('/account').text, re.S).group(1)
    tell('the proof of another session: 403', ada.ask('POST', '/account/logout', {'proof': proof}).status == 403)
    own = re.search(r'/account/sessions.*?name="proof" value="([^"]*)"', ada.get('/account').text, re.S).group(1)
    tell('the proof for another action: 403', ada.ask('POST', '/account/logout', {'proof': own}).status == 403)
    ben = Browser(server)
    log_in(ben, 'ben@example.org', base)
    theirs, = rows("SELECT s.id FROM session s JOIN member m ON m.id = s.member WHERE m.name = 'Ben'")[0]
    tell("somebody else's session cannot be ended", ada.ask('POST', '/account/sessions', {'proof': own, 'which': theirs}).status == 404 and
         ben.get('/account').status == 200)
    a = ada.form('/account', '/account/sessions', which='others')
    tell('all others can', a.status == 303 and second.get('/account').status == 303 and ada.get('/account').status == 200 and
         ben.get('/account').status == 200, a.status)
    a = ada.form('/account', '/account/logout')
    tell('log out', a.status == 303 and 'Max-Age=0' in a.getheader('Set-Cookie') and ada.get('/account').status == 303, a.getheaders())
    now = int(time.time())
    for name, made, seen in (('idle', now - 15 * 86400, now - 15 * 86400), ('old', now - 91 * 86400, now)):
        with sqlite3.connect('s.db', timeout=20) as d:
            d.execute("UPDATE session SET made = ?, seen = ? WHERE id = ?", (made, seen, theirs))
        tell(f'a session that is {name} is over', ben.get('/account').status == 303, ben.get('/account').status)
    with sqlite3.connect('s.db', timeout=20) as d:
        d.execute("UPDATE session SET made = ?, seen = ? WHERE id = ?", (now - 8 * 86400, now - 7200, theirs))
    tell('one that is neither is not', ben.get('/account').status == 200)
    tell('and counts as used', rows('SELECT seen FROM session WHERE id = ?', theirs)[0][0] >= now)
    subprocess.run([CM, 'member', 'leave', 'Ben', '--reason', 'a test'], check=True, stdout=subprocess.DEVNULL)
    tell('nor is that of who left', ben.get('/account').status == 303 and not rows('SELECT 1 FROM session WHERE id = ?', theirs))


def flooding(server, base):
    b = Browser(server)
    b.get('/login')
    codes = [b.form('/login', address=f'x{i}@example.net').status for i in range(30)]
    tell('log-ins are asked for at a bounded rate', codes.count(429) >= 5, codes)
    a = b.form('/login', address='x@example.net')
    tell('which says when to come again', a.status == 429 and int(a.getheader('Retry-After')) > 0, a.getheaders())


def site_now():
    """The site as the server should publish it by itself in a moment."""
    subprocess.run([CM, 'publish', '--to', 'site', '--formats', 'html,xml,json,text'], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return [os.path.relpath(os.path.join(d, f), 'site') for d, _, files in os.walk('site') for f in files if f.endswith('.html')]


def bars(server, nina):
    site = site_now()
    nobody = Browser(server)
    bar = re.search(r'<nav class="account".*?</nav>', nobody.get('/index.html').text, re.S).group(0)
    different = ['not looked at']
    for _ in range(60):
        if not different:
            break
        time.sleep(0.2)
        different = []
        for path in site:
            published = open(f'site/{path}', encoding='utf-8').read()
            for who in (nobody, nina):
                a = who.get('/' + urllib.parse.quote(path))
                text, count = re.subn(r'(<body[^>]*>)<nav class="account".*?</nav>', r'\1', a.text, flags=re.S)
                if a.status != 200 or text != published or count != 1:
                    different.append((path, a.status))
    tell('every page of the site is the same below its bar, with and without log-in', len(site) > 20 and not different, different[:5])
    a = nina.get('/index.html')
    tell('the bar of who is logged in', 'Nina Holm' in a.text and a.getheader('Cache-Control') == 'private, no-store', a.getheaders())
    a = nobody.get('/index.html')
    tell('that of nobody may be cached', 'Nina' not in a.text and a.getheader('ETag') and 'Cookie' in a.getheader('Vary'), a.getheaders())
    tell('an ETag is not that of another bar', nina.get('/index.html', If_None_Match=a.getheader('ETag')).status == 200)
    bad = Browser(server)
    bad.cookie = nina.cookie.split('=')[0] + '=' + 'a' * 26
    tell('a cookie that is none', bad.get('/index.html').status == 200 and bar in bad.get('/index.html').text)


def searching(server):
    b = Browser(server)
    a = b.get('/search')
    headers(a, 'search')
    tell('the page of search', a.status == 200 and 'name="q"' in a.text)
    a = b.get('/search?q=quincunx')
    tell('a word of a mail', a.status == 200 and '<mark>quincunx</mark>' in a.text and 'Downgrade of the garden gate' in a.text, a.text)
    tell('with a link to it', (m := re.search(r'href="(/lists/sec/message/[A-Z2-7]{32}\.html)"', a.text)) and b.get(m.group(1)).status == 200, a.text)
    tell('nothing of it is markup', '<script>' not in b.get('/search?q=alert').text and '&lt;script' in b.get('/search?q=alert').text)
    tell('a query comes back as a text', b.get('/search?q=%22%3E%3Cscript%3E').text.count('<script') == 1)  # our own
    tell('words of a threat', '/threats/G-0001.html' in b.get('/search?q=gate').text, b.get('/search?q=gate').text)
    a = b.get('/search?q=downgr*+from:ben')
    tell('a beginning, an author', 'Fences' in a.text and 'garden gate' not in a.text, a.text)
    tell('nothing found', 'Nothing was found' in b.get('/search?q=zzzz').text)
    for query, words in (('after:2026-13-01', 'after'), ('list:nolist', 'no list'), ('list:inner', 'no list'), ('stage:nope', 'no stage')):
        a = b.get('/search?' + urllib.parse.urlencode({'q': query}))
        tell(f'what is wrong with {query} is said in the page', a.status == 422 and words in a.text and 'role="alert"' in a.text and
             html.escape(query) in a.text, (a.status, a.text))
    tell('a query that is no UTF-8', b.get('/search?q=%ff').status == 400)
    tell('one that is there twice', b.get('/search?q=a&q=b').status == 400)
    a = b.get('/search.atom?q=downgrad*')
    tree = xml.dom.minidom.parseString(a.text)
    tell('a feed of a search', a.status == 200 and a.getheader('Content-Type').startswith('application/atom+xml') and
         len(tree.getElementsByTagName('entry')) == 2, a.text)
    every = ''.join(re.sub('<footer.*', '', b.get(p).text, flags=re.S) for p in ('/search?q=canary', '/search?q=canary*', '/search.atom?q=canary*', '/search?q=canaryheld', '/search?q=canaryinner',
                                            '/search?q=from:stranger', '/search?q=list:sec', '/search?q=after:2020', '/search.atom?q=after:2020'))
    tell('what is held or closed is not found', 'stands in' not in every and 'stranger@' not in every and 'example.org' not in every, every[:3000])
    codes = [b.get('/search?q=gate').status for _ in range(60)]
    tell('search has a rate', 429 in codes and codes[0] == 200 or codes.count(429) > 0, codes)


def moderating(server, nina, base):
    tell('no moderator, no held posts', nina.get('/held').status == 403 and nina.get('/held/P-1').status == 403)
    rosa = Browser(server)
    log_in(rosa, 'rosa@example.org', base)
    tell('what waits for a moderator', 'href="/held"' in rosa.get('/account').text)
    a = rosa.get('/held')
    headers(a, 'held posts')
    tell('the posts that wait', a.status == 200 and 'href="/held/P-1"' in a.text and 'Canary' in a.text and 'Held because' in a.text, a.text)
    a = rosa.get('/held/P-1')
    tell('one with its text', a.status == 200 and 'canaryheld stands in' in a.text and 'stranger@example.net' in a.text, a.text)
    tell('no markup of it', '<script>' not in a.text)
    tell('one that is not there', rosa.get('/held/P-99').status == 404 and rosa.get('/held/7').status in (404, 422))
    a = rosa.form('/held/P-1', '/held/P-1/refile', threat='G-0099', stage='')
    tell('re-filing to what is not there', a.status in (404, 422), (a.status, a.text))
    a = rosa.form('/held/P-1', '/held/P-1/refile', threat='G-0002', stage='')
    tell('re-filing', a.status == 303, (a.status, a.text))
    tell('is told', 'G-0002' in rosa.get('/held/P-1').text, rosa.get('/held/P-1').text)
    a = rosa.form('/held/P-1', outcome='discard', because='', reason='')
    tell('a refusal wants a published reason', a.status == 422 and 'role="alert"' in a.text and 'spam' in a.text, (a.status, a.text))
    a = rosa.form('/held/P-1', outcome='discard', because='spam', reason='Seeds were for sale.')
    tell('discarding', a.status == 303 and a.getheader('Location').startswith('/done?event='), (a.status, a.text))
    payload, = rows("SELECT payload FROM event WHERE action = 'hold.discard'")[0]
    tell('is in the record, by web, without the post', '"asserted_by":"web"' in payload and 'Seeds were for sale' in payload and 'canary' not in payload.lower(), payload)
    tell('and waits no more', 'P-1' not in rosa.get('/held').text and 'It is settled' in rosa.get('/held/P-1').text)


def hostile(server):
    b = Browser(server)
    for host in ('evil.example', 'localhost.evil.example', ''):
        tell(f'another host: {host!r}', Browser(server, host=host).get('/login').status in (400, 421))
    for path in ('/login/', '/login//x', '/unsubscribe/a', '/unsubscribe/a/b/c', '/search/', '/account/', '/done/x'):
        tell(f'no route: {path}', b.get(path).status == 404, b.get(path).status)
    tell('a path with an escaped slash', b.get('/login%2fx').status == 400)
    a = b.ask('POST', '/login', b'x' * 5000, Content_Type=FORM)
    tell('a form that is too long: 413', a.status == 413, a.status)
    tell('a form that is none', b.ask('POST', '/login', b'a=%zz', Content_Type=FORM).status == 400)
    for bad in ('//evil.example', 'https://evil.example', '/\\evil', '/x?y', '/a b', 'javascript:x'):
        a = b.get('/login?' + urllib.parse.urlencode({'next': bad}))
        tell(f'no way out by next={bad}', 'name="next" value="/account"' in a.text, a.text)
    tell('a POST to a page of the site: 405', b.ask('POST', '/index.html', {}).status == 405)


def main():
    server = Server()
    base = f'http://127.0.0.1:{server.port}'
    details = dict(line.split() for line in open('details'))
    unsubscribing(server, lambda address: f'/unsubscribe/sec/{details[address]}')
    ada, nina = login(server, base)
    sessions(server, ada, base)
    bars(server, nina)
    moderating(server, nina, base)
    hostile(server)
    searching(server)
    flooding(server, base)
    told = server.stop()
    tell('nothing of it was a fault to tell the operator', 'casemate:' not in told and 'example' not in told, told)
    public = Server('--site', 'site', '--url', 'https://sec.example.org')
    b = Browser(public, host='sec.example.org', forwarded='1.2.3.4, 192.0.2.7')
    a = b.get('/login')
    tell('behind a proxy the cookie is Secure, and for one host', a.getheader('Set-Cookie').startswith('__Host-casemate=') and 'Secure' in a.getheader('Set-Cookie'), a.getheaders())
    log_in(b, 'rosa@example.org', 'https://sec.example.org')
    tell('and works', b.get('/account').status == 200)
    tell('another host is not answered', Browser(public).get('/login').status == 421)
    codes = [Browser(public, host='sec.example.org', forwarded=f'192.0.2.{n}').get('/search?q=x').status for n in range(60)]
    tell('each client behind the proxy has its own rate', set(codes) == {200}, codes)
    codes = [Browser(public, host='sec.example.org', forwarded=f'1.1.1.{n}, 192.0.2.99').get('/search?q=x').status for n in range(60)]
    tell('which what the client writes does not change', 429 in codes, codes)
    public.stop()
    print('1..1')


if __name__ == '__main__':
    main()
