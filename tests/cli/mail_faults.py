"""Part of 355-mail-faults.sh: listeners that are killed under load, and two of them on one store.

    mail_faults.py kill CASEMATE DB ROUNDS    prints "answered N sent N"
    mail_faults.py two CASEMATE DB COUNT      prints the same

Message-IDs of what was answered 250 are lines of the file answered; of what was sent, of the file sent.
"""
import os
import random
import socket
import subprocess
import sys
import threading
import time

CM, DB = sys.argv[2:4]
NUMBER = int(sys.argv[4])
CLIENTS = 4
lock = threading.Lock()
answered, sent = open('answered', 'a'), open('sent', 'a')


def start(name):
    """A listener on a socket, once it listens."""
    if os.path.exists(name):
        os.unlink(name)
    process = subprocess.Popen([CM, '--db', DB, 'serve', '--http', '127.0.0.1:0', '--lmtp', f'unix:{os.getcwd()}/{name}'],
                               stdout=subprocess.PIPE, stderr=open(f'{name}.log', 'a'), text=True)
    process.stdout.readline()
    return process


def mail(number):
    return (f'From: Ada <ada@example.org>\r\nTo: sec@example.org\r\nSubject: Post {number}\r\nMessage-ID: <{number}@example.org>\r\n\r\n'
            f'Text {number}\r\n' + 'more\r\n' * (number % 500) + '.\r\n').encode()


def expect(stream, code):
    while True:
        line = stream.readline()
        if not line:
            raise ConnectionError('closed')
        if line[3:4] != b'-':
            if not line.startswith(code):
                raise ConnectionError(line)
            return


class Client:
    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(name)
        self.stream = self.socket.makefile('rwb')
        expect(self.stream, b'220')
        self.say(b'LHLO test\r\n')
        expect(self.stream, b'250')

    def say(self, text):
        self.stream.write(text)
        self.stream.flush()

    def send(self, number):
        with lock:
            sent.write(f'{number}\n')
        self.say(b'MAIL FROM:<ada@example.org>\r\nRCPT TO:<sec@example.org>\r\nDATA\r\n')
        for code in (b'250', b'250', b'354'):
            expect(self.stream, code)
        self.say(mail(number))
        expect(self.stream, b'250')
        with lock:
            answered.write(f'{number}\n')
            answered.flush()


def load(name, numbers, stop):
    """Sends until told to stop, or until the listener is gone."""
    try:
        client = Client(name)
        while not stop.is_set():
            client.send(next(numbers))
        client.socket.close()
    except (OSError, ConnectionError):
        pass
    except StopIteration:
        client.socket.close()


class Shared:
    """An iterator that threads share."""

    def __init__(self, iterator):
        self.iterator, self.lock = iterator, threading.Lock()

    def __next__(self):
        with self.lock:
            return next(self.iterator)


def clients(names, numbers, stop):
    threads = [threading.Thread(target=load, args=(name, numbers, stop)) for name in names]
    for t in threads:
        t.start()
    return threads


def kill():
    chance = random.Random(20261130)
    numbers = Shared(iter(range(1, 10 ** 9)))
    for _ in range(NUMBER):
        listener, stop = start('lmtp'), threading.Event()
        threads = clients(['lmtp'] * CLIENTS, numbers, stop)
        time.sleep(chance.uniform(0.05, 0.6))
        listener.kill()
        listener.wait()
        stop.set()
        for t in threads:
            t.join()


def two():
    listeners = [start('one'), start('two')]
    numbers, stop = Shared(iter(range(10 ** 6, 10 ** 6 + NUMBER))), threading.Event()
    threads = clients(['one', 'two'] * 2, numbers, stop)
    # The same to both at the same time: one of them keeps it.
    for number in range(2 * 10 ** 6, 2 * 10 ** 6 + 20):
        both = [threading.Thread(target=load, args=(name, iter([number]), stop)) for name in ('one', 'two')]
        for t in both:
            t.start()
        for t in both:
            t.join()
    for t in threads:
        t.join()
    for listener in listeners:
        listener.terminate()
        if listener.wait(60):
            sys.exit('a listener did not end well')


{'kill': kill, 'two': two}[sys.argv[1]]()
for f in (answered, sent):
    f.close()
print('answered', len(open('answered').readlines()), 'sent', len(open('sent').readlines()))
