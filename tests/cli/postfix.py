"""Part of 310-postfix.sh: starts a Postfix of its own, lets mail through in both directions, and looks at what arrives.

    postfix.py MAIL_PEER FOLDER
"""
import glob
import os
import re
import smtplib
import socket
import subprocess
import sys
import time

PEER, WORK = sys.argv[1:3]
LIMIT = 30
tests = 0

MAIN = '''compatibility_level = 3.6
queue_directory = {work}/pf/queue
data_directory = {work}/pf/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {work}/pf/log
maillog_file_prefixes = {work}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.test
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access
    inline:{{ {{ r2@refused.test = 550 5.1.1 no such user }}, {{ r3@refused.test = 450 4.2.1 not now }} }}
relay_domains = forum.test
relay_recipient_maps =
transport_maps = inline:{{ {{ forum.test = lmtp:unix:{work}/lmtp }} }}
relayhost = [127.0.0.1]:{sink}
smtp_host_lookup = native
smtputf8_enable = yes
smtpd_forbid_bare_newline = yes
smtpd_forbid_bare_newline_exclusions =
message_size_limit = 1000000
'''
MASTER = '''127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
'''


def check(good, name, why=''):
    global tests
    tests += 1
    print(f'{"ok" if good else "not ok"} {name}')
    if not good and why:
        print('\n'.join(str(why).splitlines()[-15:]))


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait(what):
    """Until what() is true, with a limit; its last value."""
    end = time.monotonic() + LIMIT
    value = what()
    while not value and time.monotonic() < end:
        time.sleep(0.05)
        value = what()
    return value


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(('127.0.0.1', port)) == 0


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def log():
    return read(f'{WORK}/pf/log').decode('utf-8', 'replace') if os.path.exists(f'{WORK}/pf/log') else ''


def configure(port, sink):
    for folder in ('pf', 'pf/queue', 'pf/data', 'in', 'sink'):
        os.mkdir(f'{WORK}/{folder}')
    for name, text in (('main.cf', MAIN), ('master.cf', MASTER)):
        with open(f'{WORK}/pf/{name}', 'w') as f:
            f.write(text.format(work=WORK, port=port, sink=sink))
    subprocess.run(['chown', 'postfix', f'{WORK}/pf/data'], check=True)
    os.chmod(f'{WORK}/sink', 0o777)


def taken():
    """Messages that came over LMTP: (envelope, bytes)."""
    return [read(p).split(b'\n', 1) for p in glob.glob(f'{WORK}/in/[0-9]*')]


def sunk():
    return [read(p) for p in glob.glob(f'{WORK}/sink/*')]


def find(messages, text):
    return next((m for m in messages() if text in (m if isinstance(m, bytes) else b'\n'.join(m))), None)


def to_lmtp(port):
    body = 'Tschüß\r\n.\r\n..two\r\nend .'.encode()
    with smtplib.SMTP('127.0.0.1', port, timeout=LIMIT) as s:
        s.sendmail('a+b=c@sender.test', ['list@forum.test', 'list-request@forum.test'],
                   b'Subject: first\r\nFrom: a@sender.test\r\n\r\n' + body, ['BODY=8BITMIME'])
        s.sendmail('a@sender.test', ['nobody@forum.test', 'other@forum.test'], b'Subject: second\r\n\r\nx')
        s.sendmail('a@sender.test', ['full@forum.test'], b'Subject: third\r\n\r\nx')
        s.sendmail('a@sender.test', ['liste-é@forum.test'], 'Subject: viérte\r\n\r\nx'.encode(), ['SMTPUTF8'])
        s.sendmail('', ['"a b"@forum.test'], b'Subject: fifth\r\n\r\nx')
    first = wait(lambda: find(taken, b'Subject: first'))
    check(first, 'a mail arrives over LMTP', log())
    if first:
        check(sorted(first[0].split()) == [b'<a+b=c@sender.test>', b'<list-request@forum.test>', b'<list@forum.test>'],
              'with its envelope', first[0])
        check(first[1].endswith(b'\r\n\r\n' + body + b'\r\n'), 'and its text as it was sent, dots and all', first[1])
    second = wait(lambda: find(taken, b'Subject: second'))
    check(second and second[0] == b'<a@sender.test> <other@forum.test>', 'one of two recipients is refused', second)
    for name, words in (('at RCPT', (b'nobody@forum.test', b'5.1.1')), ('after the message', (b'full@forum.test', b'5.2.2'))):
        bounce = wait(lambda: find(sunk, b'Final-Recipient: rfc822; ' + words[0]))
        check(bounce and b'Status: ' + words[1] in bounce, f'a recipient refused {name} is in a DSN', log())
    utf8 = wait(lambda: find(taken, 'Subject: viérte'.encode()))
    check(utf8 and utf8[0] == '<a@sender.test> <liste-é@forum.test>'.encode(), 'an address beyond ASCII', log())
    fifth = wait(lambda: find(taken, b'Subject: fifth'))
    check(fifth and fifth[0] == b'<> <"a b"@forum.test>', 'the null sender, and a quoted local part', fifth)


def smuggle(port):
    """One mail stays one mail. Postfix needs smtpd_forbid_bare_newline for that: by default, 3.7 makes two of it."""
    evil = b'Subject: carrier\r\n\r\nx\r\n.\nMAIL FROM:<evil@x.test>\nRCPT TO:<list@forum.test>\nDATA\nSubject: smuggled\n\ny\n'
    with socket.create_connection(('127.0.0.1', port), LIMIT) as s, s.makefile('rb') as replies:
        replies.readline()
        for line in (b'HELO x', b'MAIL FROM:<a@sender.test>', b'RCPT TO:<list@forum.test>', b'DATA'):
            s.sendall(line + b'\r\n')
            replies.readline()
        s.sendall(evil + b'\r\n.\r\n')
        replies.readline()
    check(wait(lambda: find(taken, b'Subject: carrier')), 'a mail with odd line ends arrives')


def from_smtp(port):
    def peer(domain, count, connections, text):
        return subprocess.run([PEER, 'smtp', f'127.0.0.1:{port}', 'list-bounces+1@forum.test', domain, str(count), str(connections)],
                              input=text.encode(), capture_output=True, timeout=120).stdout.decode()

    said = peer('away.test', 200, 4, 'Subject: to all\n\n.\nend é\n')
    check(said.startswith('sent 200 failed 0 later 0 unknown 0'), '200 recipients over four connections', said)
    check(wait(lambda: sum(b'Subject: to all' in m for m in sunk()) == 200), 'all of them reach the next server', log())
    numbers = {m.group(1) for text in sunk() for m in [re.search(rb'X-Number: (\d+)\r?\n', text)] if m}
    check(len(numbers) == 200, 'each with a header of its own', len(numbers))
    one = find(sunk, b'Subject: to all') or b''
    check('\n.\nend é\n'.encode() in one.replace(b'\r\n', b'\n').replace(b'\n..\n', b'\n.\n'), 'and its text', one)
    said = peer('refused.test', 4, 1, 'Subject: some\n\nx\n')
    check(said.startswith('sent 2 failed 1 later 1 unknown 0'), 'one is refused, one for now', said)
    check('550 5.1.1' in said and '450 4.2.1' in said, 'with the reasons of the server', said)
    said = peer('large.test', 2, 1, 'Subject: large\n\n' + 'x' * 70 + '\n' + 'y' * 1000000)
    check(said.startswith('sent 0 failed 2') and '5.3.4' in said, 'one too large is not even begun', said)


def main():
    port, sink_port = free_port(), free_port()
    configure(port, sink_port)
    sink = subprocess.Popen(['smtp-sink', '-u', 'nobody', '-d', f'{WORK}/sink/%M.', f'127.0.0.1:{sink_port}', '256'])
    lmtp = subprocess.Popen([PEER, 'lmtp', f'unix:{WORK}/lmtp', f'{WORK}/in'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lmtp.stdout.readline()
    try:
        started = subprocess.run(['postfix', '-c', f'{WORK}/pf', 'start'], capture_output=True, text=True)
        check(started.returncode == 0 and wait(lambda: listens(port)) and wait(lambda: listens(sink_port)), 'Postfix starts',
              started.stdout + started.stderr + log())
        to_lmtp(port)
        smuggle(port)
        from_smtp(port)
        froms = {m[0].split()[0] for m in taken()}
        check(b'<evil@x.test>' not in froms and froms, 'nothing was smuggled in', froms)
    finally:
        subprocess.run(['postfix', '-c', f'{WORK}/pf', 'stop'], capture_output=True)
        sink.terminate()
        sink.wait()
        lmtp.stdin.close()
        check(lmtp.wait(LIMIT) == 0, 'the LMTP server ends well')
    print(f'1..{tests}')


if __name__ == '__main__':
    main()
