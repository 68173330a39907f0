"""Part of 360-mail-postfix.sh: a Postfix of its own between a list and its readers.

    postfix_list.py CASEMATE FOLDER
"""
import os
import shutil
import signal
import smtplib
import sqlite3
import subprocess
import sys

import postfix
from postfix import LIMIT, check, find, free_port, listens, log, sunk, wait

CM, WORK = sys.argv[1:3]
HERE = os.path.dirname(os.path.abspath(__file__))
PEOPLE = ['ada@x.test', 'bob@x.test', 'jürgen@x.test', 'unknown@x.test']


def rows(statement, *values):
    with sqlite3.connect(f'{WORK}/s.db', timeout=LIMIT) as d:
        return d.execute(statement, values).fetchall()


def score():
    return rows("SELECT score, state FROM subscriber WHERE mailbox = 'unknown@x.test'")[0]


def post(port, number, text, sender='ada@x.test'):
    mail = f'From: Ada <{sender}>\r\nTo: sec@forum.test\r\nSubject: Post {number}\r\nMessage-ID: <{number}@x.test>\r\n{text}'
    with smtplib.SMTP('127.0.0.1', port, timeout=LIMIT) as s:
        s.sendmail(sender, ['sec@forum.test'], mail.encode(), ['BODY=8BITMIME'])


def readers(number):
    """Envelopes of the copies of a post: who got it, and how often."""
    return sorted(m.split(b'\n', 1)[0].split()[1].decode() for m in sunk() if b'Subject: Post %d\r' % number in m)


def main():
    port, sink_port = free_port(), free_port()
    os.mkdir(f'{WORK}/run')
    shutil.chown(f'{WORK}/run', group='postfix')
    os.chmod(f'{WORK}/run', 0o2750)
    postfix.MAIN = postfix.MAIN.replace('{work}/lmtp', '{work}/run/lmtp') + 'minimal_backoff_time = 1s\nmaximal_backoff_time = 2s\n'
    sink = subprocess.Popen([sys.executable, f'{HERE}/smtp_sink.py', f'{WORK}/sink'], stdout=subprocess.PIPE)
    sink_port = int(sink.stdout.readline())
    postfix.configure(port, sink_port)
    with sqlite3.connect(f'{WORK}/s.db') as d:
        d.executemany("INSERT INTO subscriber (list, address, mailbox, name, state, delivery, since, consent, passed) "
                      "VALUES ('sec', ?, ?, '', 'active', 'each', 0, 'a test', 1)", [(a, a) for a in PEOPLE])
    serve = subprocess.Popen([CM, 'serve', '--http', '127.0.0.1:0', '--lmtp', f'unix:{WORK}/run/lmtp', '--worker', '--smtp',
                              f'127.0.0.1:{port}'], stdout=subprocess.PIPE, stderr=open(f'{WORK}/serve.log', 'w'), text=True)
    try:
        check('serving' in serve.stdout.readline(), 'casemate serve starts with mail in and out', open(f'{WORK}/serve.log').read())
        started = subprocess.run(['postfix', '-c', f'{WORK}/pf', 'start'], capture_output=True, text=True)
        check(started.returncode == 0 and wait(lambda: listens(port)), 'Postfix starts', started.stdout + started.stderr + log())
        post(port, 1, '\r\nTschüß\r\n.\r\n..two\r\n')
        wait(lambda: len(readers(1)) >= 3)
        check(readers(1) == ['ada@x.test', 'bob@x.test', 'jürgen@x.test'], 'a post reaches each reader once', (readers(1), log()))
        copy = find(sunk, b'Subject: Post 1') or b''
        check('\r\n\r\nTschüß\r\n.\r\n..two\r\n'.encode() in copy, 'with its text', copy)
        check(b'\r\nList-Id: Security SIG <sec.forum.test>\r\n' in copy, 'and the name of the list', copy)
        check(wait(lambda: score()[0] == 100) and score() == (100, 'active'), 'a report of Postfix comes back and counts', (score(), log()))
        check(rows('SELECT count(*) FROM outgoing') == [(0,)], 'nothing is left in the queue', rows('SELECT * FROM delivery'))
        check(rows('SELECT count(*) FROM message') == [(1,)], 'the report is no post', rows('SELECT subject FROM message'))
        signed = 'DKIM-Signature: v=1; a=rsa-sha256; d=x.test; s=s;\r\n h=from:to:subject; bh=x; b=y\r\n\r\nsigned\r\n'
        post(port, 2, signed)
        wait(lambda: len(readers(2)) >= 3)
        copy = find(sunk, b'Subject: Post 2') or b''
        check(b'\r\nFrom: Ada <ada@x.test>\r\nTo: sec@forum.test\r\nSubject: Post 2\r\n' in copy and signed.split('\r\n\r\n')[0].encode()
              in copy and copy.endswith(b'\r\n\r\nsigned\r\n'), 'what a signature covers is as it was sent', copy)
        with smtplib.SMTP('127.0.0.1', port, timeout=LIMIT) as s:
            s.sendmail('ada@x.test', ['sec-frob@forum.test'], b'Subject: nobody\r\n\r\nx')
        check(wait(lambda: find(sunk, b'Final-Recipient: rfc822; sec-frob@forum.test')), 'no such address is told to who wrote', log())
        serve.send_signal(signal.SIGTERM)
        check(serve.wait(LIMIT) == 0, 'serve ends well', open(f'{WORK}/serve.log').read())
        post(port, 3, '\r\nwaits\r\n')
        serve = subprocess.Popen([CM, 'serve', '--http', '127.0.0.1:0', '--lmtp', f'unix:{WORK}/run/lmtp', '--worker', '--smtp',
                                  f'127.0.0.1:{port}'], stdout=subprocess.PIPE, text=True)
        serve.stdout.readline()
        subprocess.run(['postqueue', '-c', f'{WORK}/pf', '-f'], capture_output=True)
        wait(lambda: len(readers(3)) >= 3)
        check(readers(3) == readers(1), 'a post that came while nobody listened arrives later, once', (readers(3), log()))
    finally:
        subprocess.run(['postfix', '-c', f'{WORK}/pf', 'stop'], capture_output=True)
        serve.terminate()
        serve.wait(LIMIT)
        sink.terminate()
        sink.wait()
    print(f'1..{postfix.tests}')


main()
