"""What 415-discuss.sh asks of the server. Run in a folder with s.db, the store; prints lines "ok NAME" and "not ok NAME"."""
import base64
import email
import email.policy
import hashlib
import html
import re
import subprocess
import threading

from account import URL, Client, alert
from web import CM, Server, headers, log_in, mails, rows, tell


def casemate(*args, text=None):
    return subprocess.run([CM, *args], input=text, text=True, check=True, capture_output=True).stdout


def key(mid):
    return base64.b32encode(hashlib.sha1(mid.encode()).digest()).decode()


def newest():
    """The newest message as it was posted, with its state and its recipients."""
    number, state, thread, parent = rows('SELECT id, state, thread, parent FROM message ORDER BY id DESC LIMIT 1')[0]
    to = {a for a, in rows("SELECT d.recipient FROM outgoing o JOIN delivery d ON d.outgoing = o.id WHERE o.kind = 'post' AND o.message = ?", number)}
    mid, = rows('SELECT mid FROM message WHERE id = ?', number)[0]
    return number, mid, state, thread, parent, to


def field(a, name):
    m = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', a.text, re.S) or re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', a.text)
    return html.unescape(m.group(1)) if m else None


def posting(ada, cleo):
    a = ada.get('/lists/sec/post')
    headers(a, 'a new message')
    tell('the form says from where it goes out, and that a first post waits', 'ada@example.org' in a.text and 'It is your first post' in a.text, a.text)
    before = rows('SELECT count(*) FROM message')
    a = ada.form('/lists/sec/post', subject='On gates', text='Hello <script>alert(1)</script>\nhttps://example.org/x', do='preview')
    tell('a preview, as it will stand there', a.status == 200 and '<h2>On gates</h2>' in a.text and '&lt;script&gt;' in a.text and '<script>' not in a.text and
         'href="https://example.org/x"' in a.text and rows('SELECT count(*) FROM message') == before, a.text)
    for name, fields in (('no subject', {'subject': ' ', 'text': 'x'}), ('no text', {'subject': 'x', 'text': ' \n'}), ('a subject of two lines', {'subject': 'a\nBcc: x@example.net', 'text': 'x'}),
                         ('a long subject', {'subject': 'x' * 201, 'text': 'x'}), ('a long text', {'subject': 'x', 'text': 'y ' * 66000})):
        a = ada.form('/lists/sec/post', **fields, do='send')
        tell(f'refused, and kept: {name}', a.status == 422 and alert(a) and field(a, 'text').strip() == fields['text'].strip() and
             rows('SELECT count(*) FROM message') == before, (a.status, alert(a)))
    page = ada.get('/lists/sec/post')
    form = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
    a = ada.ask('POST', '/lists/sec/post', form | {'subject': 'On gates', 'text': 'Hello all.\n\nGrüße', 'do': 'send'})
    number, mid, state, *_ = newest()
    tell('the first post of a subscriber waits, as by mail', a.status == 200 and state == 'held' and 'P-2' in a.text and 'first post' in a.text, (a.status, a.text, state))
    a = ada.ask('POST', '/lists/sec/post', form | {'subject': 'On gates', 'text': 'Hello all.\n\nGrüße', 'do': 'send'})
    tell('sent twice it is there once', a.status == 200 and 'P-2' in a.text and newest()[0] == number, (a.status, newest()))
    a = ada.get('/account/posts')
    headers(a, 'own posts')
    tell('its author sees it among their posts', 'On gates' in a.text and 'waits for a moderator' in a.text, a.text)
    tell('others do not', 'On gates' not in cleo.get('/account/posts').text)
    casemate('hold', 'approve', 'P-2', '--as', 'Cleo')
    number, mid, state, thread, parent, to = newest()
    tell('approved it goes to the subscribers', state == 'public' and parent is None and to == {'ada@example.org', 'ben@example.org', 'reader@example.net'}, (state, to))
    m = email.message_from_string(raw(number), policy=email.policy.default)
    tell('it is the mail that a mail program would have sent', m['From'] == 'Ada <ada@example.org>' and m['To'] == 'sec@example.org' and m['Subject'] == 'On gates' and
         m['Message-ID'] == f'<{mid}>' and mid.endswith('@example.org') and 'Auto-Submitted' not in m and m.get_content().strip().endswith('Grüße'), m.as_string())
    cleo_form = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', cleo.get('/lists/sec/post').text)) | {'subject': 'Let me in', 'text': 'x', 'do': 'send'}
    casemate('list', 'set', 'sec', 'strangers=return')
    a = cleo.ask('POST', '/lists/sec/post', cleo_form)
    tell('a post that the list returns', a.status == 200 and 'a mail to you says why' in a.text and newest()[2] == 'returned' and
         'was not delivered' in mails('cleo@example.org')[-1]['Subject'], (a.text, newest()))
    casemate('list', 'set', 'sec', 'strangers=hold')
    a = cleo.ask('POST', '/lists/sec/post', cleo_form)
    tell('may be sent again', a.status == 200 and newest()[2] == 'held' and len(rows("SELECT 1 FROM message WHERE subject = 'Let me in'")) == 2, newest())
    other = [Client(ada.server), Client(ada.server)]
    for b in other:
        b.cookie = ada.cookie
    form2 = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', ada.get('/lists/sec/post').text)) | {'subject': 'Twins', 'text': 'At once.', 'do': 'send'}
    at_once = [threading.Thread(target=b.ask, args=('POST', '/lists/sec/post', form2)) for b in other]
    for t in at_once:
        t.start()
    for t in at_once:
        t.join()
    tell('nor twice when the button is pressed twice at once', len(rows("SELECT 1 FROM message WHERE subject = 'Twins'")) == 1)
    casemate('list', 'set', 'sec', 'trusted=mx.example.org')
    ada.form('/lists/sec/post', subject='Who wrote this', text='The log-in says who.', do='send')
    tell('a log-in proves who wrote it, where mails must prove it', newest()[2] == 'public', rows('SELECT rules FROM hold'))
    casemate('list', 'set', 'sec', 'trusted=')
    a = cleo.get('/lists/sec/post')
    tell('who is not subscribed is told what becomes of it', 'a moderator looks at your post first' in a.text, a.text)
    cleo.form('/lists/sec/post', subject='From outside', text='x', do='send')
    tell('and so it does', newest()[2] == 'held')


def raw(number):
    """The bytes of a message, as the program exports them."""
    subprocess.run([CM, 'archive', 'export', 'sec', 'all.mbox'], check=True, capture_output=True)
    mid, = rows('SELECT mid FROM message WHERE id = ?', number)[0]
    for part in re.split(r'(?m)^From .*\n', open('all.mbox', encoding='utf-8').read()):
        if f'<{mid}>' in part.split('\n\n')[0]:
            return part
    return ''


def answering(ada):
    first = key('1@mail.example')
    a = ada.get(f'/lists/sec/message/{first}/reply')
    text = field(a, 'text')
    tell('an answer begins with a quote of the author alone, folded', field(a, 'subject') == 'Re: Garden gates' and text.startswith('On 22 November 2026, Ben wrote:\n> A first line') and
         'older quote' not in text and '-- ' not in text and max(len(line) for line in text.split('\n')) <= 75, text)
    tell('that of a thread is to its newest message', ada.get('/lists/sec/thread/1/reply').getheader('Location') == f'/lists/sec/message/{first}/reply')
    a = ada.form(f'/lists/sec/message/{first}/reply', subject='Re: Garden gates', text=text + 'Indeed.', do='send')
    number, mid, state, thread, parent, to = newest()
    tell('it is sent', a.status == 200 and state == 'public' and 'On its way' not in alert(a) and f'/lists/sec/message/{key(mid)}.html' in a.text, (a.status, a.text))
    tell('to its place in the thread', thread == 1 and rows('SELECT mid FROM message WHERE id = ?', parent) == [('1@mail.example',)], (thread, parent))
    tell('and to the list', to == {'ada@example.org', 'ben@example.org', 'reader@example.net'}, to)
    m = email.message_from_string(raw(number), policy=email.policy.default)
    tell('with its references', m['In-Reply-To'] == '<1@mail.example>' and m['References'] == '<1@mail.example>', m.as_string())
    a = ada.form(f'/lists/sec/message/{key(mid)}/reply', subject='Re: Garden gates', text='More.', do='send')
    m = email.message_from_string(raw(newest()[0]), policy=email.policy.default)
    tell('an answer to that has both', m['References'].split() == ['<1@mail.example>', f'<{mid}>'], m.as_string())
    for path in ('/lists/sec/message/NOPE/reply', '/lists/sec/thread/99/reply', '/lists/sec/thread/x/reply', '/lists/inner/post', '/lists/far/post', '/lists/none/post',
                 f'/lists/inner/message/{first}/reply', f"/lists/sec/message/{key('x@example.net')}/reply", '/threats/G-0099/discuss'):
        tell(f'nothing to write to: {path}', ada.get(path).status == 404, ada.get(path).status)
    held, = rows("SELECT mid FROM message WHERE state = 'held' LIMIT 1")[0]
    tell('nor to what is held', ada.get(f'/lists/sec/message/{key(held)}/reply').status == 404)
    stale = Client(ada.server)
    a = stale.ask('POST', f'/lists/sec/message/{first}/reply', {'subject': 'Re: x', 'text': 'Long <b>thoughts</b>', 'do': 'send', 'password': 'hidden words', 'proof': 'x'})
    tell('when the session is over nothing that was typed is lost', a.status == 401 and field(a, 'text') == 'Long <b>thoughts</b>' and 'hidden words' not in a.text, a.text)
    a = ada.ask('POST', '/lists/sec/post', {'subject': 'y', 'text': 'Other thoughts', 'do': 'send', 'proof': 'x'})
    tell('nor when the form is too old', a.status == 403 and field(a, 'text') == 'Other thoughts', a.text)
    a = ada.form('/threats/G-0001/discuss', subject='Does it happen?', text='Who has seen it?', do='send')
    number, mid, state, *_ = newest()
    ties = rows('SELECT threat FROM thread_tie WHERE mid = ?', mid)
    tell('a thread about a threat is tied to it', a.status == 200 and state == 'public' and ties == [('G-0001',)], (a.status, state, ties, a.text))


def bar(ada):
    threat, thread, index = (ada.get(p).text for p in ('/threats/G-0001.html', '/lists/sec/thread/1.html', '/lists/sec/index.html'))
    tell('the bar of a threat', 'href="/threats/G-0001/discuss"' in threat and 'href="/threats/G-0001/follow"' in threat, threat)
    tell('of a thread', all(f'href="/lists/sec/{x}"' in thread for x in ('thread/1/reply', 'thread/1/follow', 'post')), thread)
    tell('of a list', 'href="/lists/sec/post"' in index and 'reply' not in index, index)
    tell('that of nobody has none of them', 'discuss' not in Client(ada.server).get('/threats/G-0001.html').text)


def told(address):
    return [m for m in mails(address) if m['List-Unsubscribe'] and '/unfollow/' in m['List-Unsubscribe']]


def following(ada, cleo):
    a = cleo.get('/lists/sec/thread/1/follow')
    headers(a, 'following')
    tell('nothing is followed by looking', a.status == 200 and not rows('SELECT 1 FROM follow'))
    a = cleo.form('/lists/sec/thread/1/follow', how='mail')
    tell('a thread is followed', a.status == 303 and 'Garden gates' in cleo.get('/account').text, a.status)
    cleo.form('/threats/G-0001/follow', how='mail')
    ada.form('/lists/sec/thread/1/follow', how='mail')
    tell('what is followed is private', 'What you follow' not in Client(ada.server).get('/account').text and 'G-0001 ' not in ada.get('/account').text)
    first = key('1@mail.example')
    ada.form(f'/lists/sec/message/{first}/reply', subject='Re: Garden gates', text='For those who follow.', do='send')
    got = told('cleo@example.org')
    tell('a post in it comes to who follows', len(got) == 1 and 'For those who follow.' in got[0].get_content() and got[0]['Auto-Submitted'] == 'auto-generated' and
         got[0]['Reply-To'] == 'sec@example.org', [m.as_string() for m in got])
    tell('not twice to who is subscribed', not told('ada@example.org') and not told('ben@example.org'))
    casemate('deliver', 'sec+G1@example.org', '--sender', 'ben@example.org',
             text='From: Ben <ben@example.org>\nTo: sec+G1@example.org\nSubject: Seen\nMessage-ID: <9@mail.example>\n\nYes.\n')
    tell('nor is a post about a threat missed', len(told('cleo@example.org')) == 2 and 'Yes.' in told('cleo@example.org')[1].get_content(), [m.as_string() for m in told('cleo@example.org')])
    for number, to in ((10, 'inner+G1'), (11, 'sec+G1')):
        casemate('deliver', f'{to}@example.org', '--sender', 'eve@example.net',
                 text=f'From: Eve <eve@example.net>\nTo: {to}@example.org\nSubject: Canary\nMessage-ID: <{number}@mail.example>\n\ncanary\n')
    states = rows("SELECT list, state FROM message WHERE subject = 'Canary' ORDER BY list")
    tell('nothing is told of a closed list, nor of what is held', states == [('inner', 'public'), ('sec', 'held')] and len(told('cleo@example.org')) == 2, states)
    casemate('threat', 'reopen', 'G-0001', '--to', 'noted', '--reason', 'a test', '--as', 'Cleo')
    got = told('cleo@example.org')
    tell('another stage of a threat is told, where no list is told', len(got) == 3 and 'G-0001' in got[2]['Subject'] and '/threats/G-0001.html' in got[2].get_content(),
         [m.as_string() for m in got])
    casemate('list', 'set', 'sec', 'announce=yes')
    casemate('threat', 'reopen', 'G-0002', '--to', 'noted', '--reason', 'a test', '--as', 'Cleo')
    casemate('threat', 'advance', 'G-0001', '--to', 'rated', '--override', '--reason', 'a test', '--as', 'Cleo')
    got = told('cleo@example.org')
    tell('where a list is told, its post comes, and once', len(got) == 4 and 'G-0001' in got[3]['Subject'] and '/lists/sec/message/' in got[3].get_content(),
         [m.as_string() for m in got[3:]])
    casemate('list', 'set', 'sec', 'announce=no')
    link = got[0]['List-Unsubscribe'].strip('<>')
    tell('each has a one-click address', link.startswith(URL + '/unfollow/') and got[0]['List-Unsubscribe-Post'] == 'List-Unsubscribe=One-Click' and link in got[0].get_content(), link)
    b = Client(ada.server)
    path = link[len(URL):]
    wrong = path[:-3] + ('aaa' if path[-3:] != 'aaa' else 'bbb')
    a, w = b.get(path), b.get(wrong)
    tell('a GET of it ends nothing', a.status == w.status == 200 and len(rows('SELECT 1 FROM follow')) == 3)
    w = b.ask('POST', wrong, {'List-Unsubscribe': 'One-Click'})
    tell('a wrong one neither', w.status == 200 and len(rows('SELECT 1 FROM follow')) == 3)
    a = b.ask('POST', path, {'List-Unsubscribe': 'One-Click'}, Origin='https://mail.example', Sec_Fetch_Site='cross-site')
    tell('a POST of a mail service does, with the same answer', a.status == 200 and len(rows('SELECT 1 FROM follow')) == 2 and
         a.text.replace(path, '') == w.text.replace(wrong, ''), (a.status, rows('SELECT * FROM follow')))
    theirs, = rows("SELECT f.id FROM follow f JOIN member m ON m.id = f.member WHERE m.name = 'Ada'")[0]
    proof = re.search(r'/account/follow".*?name="proof" value="([^"]*)"', cleo.get('/account').text, re.S).group(1)
    tell("what others follow cannot be ended", cleo.ask('POST', '/account/follow', {'proof': proof, 'id': theirs}).status == 404 and len(rows('SELECT 1 FROM follow')) == 2)
    a = cleo.form('/threats/G-0001/follow', how='none')
    tell('without mail it only stands in the list', a.status == 303 and 'without mail' in cleo.get('/account').text, a.status)
    before = len(told('cleo@example.org'))
    ada.form('/threats/G-0001/discuss', subject='Again', text='Once more.', do='send')
    tell('and none comes', len(told('cleo@example.org')) == before)
    tell('it is ended there', cleo.form('/account', '/account/follow').status == 303 and 'What you follow' not in cleo.get('/account').text)


def subscribing(cleo):
    a = cleo.get('/account/lists')
    headers(a, 'subscriptions')
    tell('the lists that one may have, and no others', 'Security SIG' in a.text and 'Inner circle' not in a.text and 'Run elsewhere' not in a.text, a.text)

    def state():
        return rows("SELECT state, delivery, consent FROM subscriber WHERE list = 'sec' AND address = 'cleo@example.org'")
    before = len(mails('cleo@example.org'))
    a = cleo.form('/account/lists', how='digest')
    tell('subscribing, as a digest', a.status == 303 and state() and state()[0][:2] == ('active', 'digest') and 'on the web' in state()[0][2], (a.status, state()))
    tell('with the mail that a subscription by mail has', len(mails('cleo@example.org')) == before + 1 and 'you are subscribed' in mails('cleo@example.org')[-1]['Subject'])
    cleo.form('/account/lists', how='none')
    tell('then without mail', state()[0][:2] == ('active', 'none'), state())
    cleo.form('/account/lists', how='unsubscribe')
    tell('and not any more', state()[0][0] == 'gone' and 'you are not subscribed' in mails('cleo@example.org')[-1]['Subject'], state())
    for fields in ({'list': 'inner'}, {'list': 'far'}, {'list': 'none'}, {'address': 'ada@example.org'}, {'address': 'x@example.net'}, {'how': 'dance'}):
        a = cleo.form('/account/lists', **({'how': 'each'} | fields))
        tell(f'not with {fields}', a.status in (404, 422) and len(rows("SELECT 1 FROM subscriber WHERE state <> 'gone'")) == 3, (a.status, rows('SELECT address, state FROM subscriber')))


def play(server):
    ada, cleo = Client(server), Client(server)
    log_in(ada, 'ada@example.org', URL)
    log_in(cleo, 'cleo@example.org', URL)
    posting(ada, cleo)
    answering(ada)
    bar(ada)
    following(ada, cleo)
    subscribing(cleo)
    said = server.stop()
    tell('nothing of it was a fault to tell the operator', 'casemate:' not in said, said)
    events = ''.join(p for p, in rows('SELECT payload FROM event'))
    tell('the record holds no address of a member', not any(x in events for x in ('ada@example', 'ben@example', 'cleo@example')))


def main():
    server = Server('--site', 'site', '--url', URL)
    try:
        play(server)
    finally:
        server.child.kill()
    print('1..1')


main()
