"""What 410-account.sh asks of the server. Run in a folder with s.db, the store; prints lines "ok NAME" and "not ok NAME"."""
import base64
import hashlib
import hmac
import html
import itertools
import re
import sqlite3
import struct
import subprocess
import time

from web import CM, Browser, Server, headers, log_in, mails, rows, tell, wait_mails

PASSWORD = 'nine green bottles'
URL = 'https://sec.example.org'
addresses_of_clients = (f'192.0.2.{i}' if i < 250 else f'198.51.100.{i - 250}' for i in itertools.count(1))


class Client(Browser):
    """Each request from another address, so that no rate of a client is reached."""

    def __init__(self, server):
        super().__init__(server, host='sec.example.org')

    def ask(self, *args, **headers):
        self.forwarded = next(addresses_of_clients)
        return super().ask(*args, **headers)



def code(secret, step):
    h = hmac.new(base64.b32decode(secret), struct.pack('>Q', step), hashlib.sha1).digest()
    at = h[19] & 15
    return '%06d' % ((struct.unpack('>I', h[at:at + 4])[0] & 0x7fffffff) % 1000000)


def alert(a):
    m = re.search(r'role="alert">(.*?)</div>', a.text, re.S)
    return html.unescape(re.sub('<[^>]*>', ' ', m.group(1))).strip() if m else ''


def password(b, address, text, **more):
    return b.form('/login', '/login/password', user=address, password=text, **more)


def age(member, seconds, way='link'):
    """The sessions of a member as they would be some time later."""
    with sqlite3.connect('s.db', timeout=20) as d:
        d.execute('UPDATE session SET made = made - ?, way = ? WHERE member = (SELECT id FROM member WHERE name = ?)', (seconds, way, member))


def passwords(server, base):
    ada, other = Client(server), Client(server)
    log_in(ada, 'ada@example.org', base)
    log_in(other, 'ada@example.org', base)
    a = ada.get('/account/security')
    headers(a, 'how one logs in')
    a = ada.form('/account/security', '/account/password', new='too short', do='set')
    tell('a password that is too short is refused, and not shown again', a.status == 422 and '12 characters' in alert(a) and 'too short"' not in a.text, a.text)
    a = ada.form('/account/security', '/account/password', new=PASSWORD, do='set')
    tell('a password is set', a.status == 303 and a.getheader('Location') == '/account/security', (a.status, a.text))
    tell('kept as Argon2id makes it', rows('SELECT password FROM account')[0][0].startswith('$argon2id$v=19$m=32768,t=3,p=1$'))
    tell('other sessions end', other.get('/account').status == 303 and ada.get('/account').status == 200)
    told = mails('ada@example.org')[-1]
    tell('and its owner is told', 'password of your account was set' in told.get_content() and PASSWORD not in told.as_string(), told.as_string())
    b = Client(server)
    wrong, stranger, none = (password(b, who, 'nine green bottlez') for who in ('ada@example.org', 'nobody@example.net', 'ben@example.org'))
    pages = [a.text.replace(who, 'X') for a, who in ((wrong, 'ada@example.org'), (stranger, 'nobody@example.net'), (none, 'ben@example.org'))]
    tell('a wrong password, an address that nobody has, one without a password: the same answer',
         wrong.status == stranger.status == none.status == 422 and len(set(pages)) == 1, pages)
    a = password(b, 'Ada@Example.org', PASSWORD, next='/search')
    tell('the right one logs in', a.status == 303 and a.getheader('Location') == '/search' and b.get('/account').status == 200, (a.status, a.text))
    tell('which the list of sessions says', 'by password' in ada.get('/account').text)
    a = b.form('/account/security', '/account/password', new='ten green bottles!', do='set')
    tell('who only has such a session gives the old password to change it', a.status == 422 and 'Write your password' in alert(a) and 'name="password"' in a.text, a.text)
    a = b.form('/account/security', '/account/password', new='ten green bottles!', password='not the old one', do='set')
    tell('and not another', a.status == 422 and 'not your password' in alert(a), alert(a))
    a = b.form('/account/security', '/account/password', new='ten green bottles!', password=PASSWORD, do='set')
    tell('then it is changed', a.status == 303 and ada.get('/account').status == 303 and b.get('/account').status == 200, (a.status, alert(a)))
    cleo = Client(server)
    log_in(cleo, 'cleo@example.org', base)
    age('Cleo', 3600)
    a = cleo.form('/account/security', '/account/password', new=PASSWORD, do='set')
    tell('an old session of who has none sets none: it wants a new link', a.status == 422 and 'mailed link' in alert(a) and not rows(
        "SELECT 1 FROM account WHERE password IS NOT NULL AND member = (SELECT id FROM member WHERE name = 'Cleo')"), a.text)
    before = len(mails('cleo@example.org'))
    cleo.form('/account/security', '/login')
    tell('which a button sends', len(wait_mails('cleo@example.org', before + 1)) == before + 1)
    a = b.form('/account/security', '/account/password', new='', password='ten green bottles!', do='remove')
    tell('it is removed', a.status == 303 and password(Client(server), 'ada@example.org', 'ten green bottles!').status == 422, (a.status, alert(a)))
    guess = Client(server)
    codes = [password(guess, 'dora@example.org', f'short{i}').status for i in range(11)]
    a = password(guess, 'dora@example.org', 'x')
    tell('guesses for one address are bounded', codes[:10] == [422] * 10 and codes[10] == 429 and int(a.getheader('Retry-After')) > 60, codes)
    tell('a link still comes', guess.form('/login', '/login', address='dora@example.org').status == 200 and len(wait_mails('dora@example.org', 1)) == 1)


def one_time_codes(server, base):
    ben = Client(server)
    log_in(ben, 'ben@example.org', base)
    ben.form('/account/security', '/account/password', new=PASSWORD, do='set')
    a = ben.form('/account/security', '/account/codes', do='begin')
    secret = re.search(r'secret=([A-Z2-7]{32})&amp;issuer=', a.text)
    tell('the secret is shown as text and as an address', a.status == 200 and secret and 'otpauth://totp/' in a.text and
         re.sub(r'(....)(?!$)', r'\1 ', secret.group(1)) in a.text, a.text)
    secret = secret.group(1)
    proof = re.search(r'/account/codes".*?name="proof" value="([^"]*)"', a.text, re.S).group(1)
    shown = re.search(r'name="shown" value="([^"]*)"', a.text).group(1)
    step = int(time.time()) // 30
    other = Client(server)
    password(other, 'ben@example.org', PASSWORD)
    theirs = re.search(r'/account/codes".*?name="proof" value="([^"]*)"', other.get('/account/security').text, re.S).group(1)
    a = other.ask('POST', '/account/codes', {'proof': theirs, 'do': 'prove', 'code': '000000', 'shown': shown})
    tell('another session does not get to see it', a.status == 422 and secret not in a.text and 'begin again' in alert(a), a.text)
    a = ben.ask('POST', '/account/codes', {'proof': proof, 'shown': shown, 'do': 'prove', 'code': code(secret, step + 100)})
    tell('another code does not prove it; the secret is shown again', a.status == 422 and secret in a.text and 'clock' in alert(a), a.text)
    tell('until then none is asked for', other.get('/account').status == 200)
    a = ben.ask('POST', '/account/codes', {'proof': proof, 'shown': shown, 'do': 'prove', 'code': code(secret, step - 1)})
    recovery = re.findall(r'<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>', a.text)
    tell('the right one does: eight recovery codes', a.status == 200 and len(set(recovery)) == 8, (a.status, a.text))
    a = ben.get('/account/security')
    tell('which are shown once', not any(r in a.text for r in recovery) and '8 recovery codes are left' in a.text and secret not in a.text, a.text)
    b = Client(server)
    a = password(b, 'ben@example.org', PASSWORD)
    page = a.getheader('Location')
    tell('after the password a page asks for the code', a.status == 303 and page.startswith('/login/') and b.get('/account').status == 303 and
         'autocomplete="one-time-code"' in b.get(page).text, (a.status, a.getheaders()))
    tell('not without', b.form(page).status == 422 and b.form(page, code='000000').status == 422 and b.get('/account').status == 303)
    tell('nor with the one that was used', b.form(page, code=code(secret, step - 1)).status == 422)
    a = b.form(page, code=code(secret, step))
    tell('the code logs in', a.status == 303 and b.get('/account').status == 200, (a.status, alert(a)))
    c = Client(server)
    path, a = log_in(c, 'ben@example.org', base)
    tell('after a mailed link, too', a.status == 422 and 'one-time code' in a.text.lower() and c.get('/account').status == 303, a.text)
    tell('where the code was used before', c.form(path, code=code(secret, step)).status == 422)
    a = c.form(path, code=recovery[3].upper().replace('-', ' '))
    tell('a recovery code does it', a.status == 303 and c.get('/account').status == 200 and '7 recovery codes' in c.get('/account/security').text, alert(a))
    path, a = log_in(Client(server), 'ben@example.org', base)
    tell('once', Client(server).form(path, code=recovery[3]).status == 422)
    a = c.form('/account/security', '/account/codes', do='end', code='123')
    tell('ending it wants a code', a.status == 422 and '7 recovery codes' in a.text, a.text)
    a = c.form('/account/security', '/account/codes', do='end', code=recovery[0])
    tell('then none is asked for any more', a.status == 303 and password(Client(server), 'ben@example.org', PASSWORD).getheader('Location') == '/account', alert(a))
    told = mails('ben@example.org')
    tell('no mail has the secret or a code', not any(secret in m.as_string() or recovery[1] in m.as_string() for m in told))
    return secret


def addresses(server, base):
    cleo = Client(server)
    log_in(cleo, 'cleo@example.org', base)
    a = cleo.form('/account', '/account/addresses', address='cleo@example.net')
    tell('a further address is asked for', a.status == 200 and 'cleo@example.net' in a.text, a.text)
    mail = mails('cleo@example.net')[0].get_content()
    path = re.search(re.escape(base) + r'(/account/address/[a-z2-7]{26})', mail).group(1)
    tell('nothing happens before its button', not rows("SELECT 1 FROM address WHERE address = 'cleo@example.net'") and
         cleo.get(path).status == 200 and not rows("SELECT 1 FROM address WHERE address = 'cleo@example.net'"))
    ben = Client(server)
    log_in(ben, 'ben@example.org', base)
    tell('the link is nothing to others', ben.get(path).status == 404 and Client(server).get(path).status == 303)
    a = cleo.form(path)
    tell('its button adds it', a.status == 303 and 'cleo@example.net' in cleo.get('/account').text, (a.status, a.text))
    tell('the old address is told', 'was added' in mails('cleo@example.org')[-1].get_content())
    def button(b, what, address, **more):
        proof = re.search(r'/account/addresses".*?name="proof" value="([^"]*)"', b.get('/account').text, re.S).group(1)
        return b.ask('POST', '/account/addresses', {'proof': proof, 'do': what, 'address': address, **more})
    taken, free = (button(cleo, 'add', x) for x in ('ada@example.org', 'free@example.net'))
    tell('whether somebody has an address is not told', taken.status == free.status == 200 and
         taken.text.replace('ada@example.org', 'X') == free.text.replace('free@example.net', 'X'))
    path = re.search(r'/account/address/[a-z2-7]{26}', mails('ada@example.org')[-1].get_content()).group(0)
    tell('but to who reads its mail', cleo.form(path).status == 409 and len(rows("SELECT 1 FROM address WHERE address = 'ada@example.org'")) == 1)

    age('Ben', 3600)
    a = button(ben, 'add', 'ben@example.net')
    tell('who has a password may give it instead of a new log-in', a.status == 422 and 'type="password"' in a.text and 'value="ben@example.net"' in a.text and
         not mails('ben@example.net'), a.text)
    tell('not another', button(ben, 'add', 'ben@example.net', password='something else').status == 422 and not mails('ben@example.net'))
    tell('and then goes on', button(ben, 'add', 'ben@example.net', password=PASSWORD).status == 200 and len(mails('ben@example.net')) == 1)
    tell('mail goes to the one that is chosen', button(cleo, 'choose', 'cleo@example.net').status == 303 and
         'cleo@example.net</b>: mail for you goes here' in cleo.get('/account').text, cleo.get('/account').text)
    tell('one of others cannot be removed', button(cleo, 'remove', 'ben@example.org').status == 422 and rows("SELECT 1 FROM address WHERE address = 'ben@example.org'"))
    age('Cleo', 3600)
    a = button(cleo, 'remove', 'cleo@example.org')
    tell('an old session removes none', a.status == 422 and rows("SELECT 1 FROM address WHERE address = 'cleo@example.org'"), (a.status, alert(a)))
    age('Cleo', -3600)
    before = len(mails('cleo@example.org'))
    tell('one is removed, and told', button(cleo, 'remove', 'cleo@example.org').status == 303 and len(mails('cleo@example.org')) == before + 1 and
         not rows("SELECT 1 FROM address WHERE address = 'cleo@example.org'"))
    tell('the last one stays', button(cleo, 'remove', 'cleo@example.net').status == 422 and rows("SELECT 1 FROM address WHERE address = 'cleo@example.net'"))
    return cleo


def zones(cleo):
    a = cleo.form('/account', '/account/zone', zone='Pacific/Auckland')
    text = cleo.get('/account').text
    tell('times are in the zone of the person', a.status == 303 and re.search(r'since \d{4}-\d\d-\d\d \d\d:\d\d NZ[DS]T', text), text)
    for bad in ('../../etc/passwd', '/etc/passwd', 'Nowhere/Town', 'Europe', 'UTC\x7f'):
        a = cleo.form('/account', '/account/zone', zone=bad)
        tell(f'no zone: {bad!r}', a.status in (400, 422) and rows("SELECT zone FROM account WHERE zone IS NOT NULL") == [('Pacific/Auckland',)], (a.status, alert(a)))
    tell('what was typed is there still', 'value="Nowhere/Town"' in cleo.form('/account', '/account/zone', zone='Nowhere/Town').text)


def leaving(server, base, cleo):
    a = cleo.get('/account/leave')
    headers(a, 'leaving')
    tell('a page says what stays', a.status == 200 and 'What stays' in a.text and cleo.get('/account').status == 200)
    a = cleo.form('/account/leave')
    tell('it wants to know how', a.status == 422 and cleo.get('/account').status == 200, a.status)
    subprocess.run([CM, 'threat', 'edit', 'G-0001', '--set', 'level=gate', '--as', 'Ben', '--reason', 'Cleo said so'], check=True, capture_output=True)
    event, = rows('SELECT max(seq) FROM event')[0]
    a = cleo.form('/account/leave', how='pseudonym', reason='Enough.')
    tell('leaving under a pseudonym', a.status == 200 and 'You have left' in a.text and 'Max-Age=0' in a.getheader('Set-Cookie') and 'Cleo' not in a.text and
         'Former member 3' in a.text and f'event {event} of the record' in a.text, (a.status, a.text))
    action, payload = rows('SELECT action, payload FROM event WHERE seq > ?', event)[-1]
    tell('is an act of the member, by web', action == 'member.leave' and '"asserted_by":"web"' in payload and 'Former member' in payload, payload)
    tell('of whom nothing private stays', not rows("SELECT 1 FROM address WHERE address LIKE 'cleo@%'") and not rows("SELECT 1 FROM member WHERE name = 'Cleo'") and
         not rows('SELECT 1 FROM account a JOIN member m ON m.id = a.member WHERE m.gone IS NOT NULL'))
    ada = Client(server)
    log_in(ada, 'ada@example.org', base)
    a = ada.form('/account/leave', how='name', reason='')
    tell('leaving under the name', a.status == 200 and rows("SELECT gone IS NOT NULL FROM member WHERE name = 'Ada'") == [(1,)], a.text)


def play(server):
    passwords(server, URL)
    secret = one_time_codes(server, URL)
    cleo = addresses(server, URL)
    zones(cleo)
    leaving(server, URL, cleo)
    told = server.stop()
    tell('nothing of it was a fault to tell the operator', 'casemate:' not in told and secret not in told and PASSWORD not in told, told)
    events = ''.join(p for p, in rows('SELECT payload FROM event'))
    tell('the record holds no address, secret or password', not any(x in events for x in ('ada@example', 'ben@example', 'cleo@example', secret, PASSWORD, 'argon2')))


def main():
    server = Server('--site', 'site', '--url', URL)
    try:
        play(server)
    finally:
        server.child.kill()
    print('1..1')


if __name__ == '__main__':
    main()
