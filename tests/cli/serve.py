"""What 160-serve.sh asks of the server. Run in a folder with site/, s/ (a SIG) and s.db (a store); prints lines "ok NAME" and "not ok NAME"."""
import gzip
import http.client
import re
import signal
import socket
import subprocess
import sys
import time

CM = sys.argv[1]


def tell(name, good, why=''):
    print(f'{"ok" if good else "not ok"} {name}')
    if not good:
        print(why)
    sys.stdout.flush()


class Server:
    def __init__(self, *args):
        self.child = subprocess.Popen([CM, 'serve', *args, '--http', '127.0.0.1:0', '--without-pdf'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.child.stdout.readline()
        match = re.search(r'http://([^:/\s]+):(\d+)/', self.line)
        if not match:
            self.child.kill()
            raise SystemExit(f'the server said: {self.line!r} {self.child.stderr.read()}')
        self.host, self.port = match.group(1), int(match.group(2))

    def get(self, path, method='GET', **headers):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=10)
        connection.request(method, path, headers={k.replace('_', '-'): v for k, v in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def raw(self, request):
        """The status code of a request given as bytes; 0 when the connection was closed without one."""
        with socket.create_connection(('127.0.0.1', self.port), timeout=10) as s:
            s.sendall(request)
            try:
                head = s.recv(4096)
            except (ConnectionResetError, socket.timeout):
                return 0
        match = re.match(rb'HTTP/1\.[01] (\d+)', head)
        return int(match.group(1)) if match else 0

    def stop(self, how=signal.SIGINT):
        self.child.send_signal(how)
        try:
            return self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return 'it did not stop'


def pages(server):
    answer, body = server.get('/')
    tell('the front page', answer.status == 200 and b'<h1' in body, answer.status)
    tell('it says where it serves, in one line', server.line.count('\n') == 1 and 'serving' in server.line, server.line)
    policy = answer.getheader('Content-Security-Policy') or ''
    tell('a strict content security policy', "default-src 'none'" in policy and 'unsafe' not in policy, policy)
    tell('nosniff', answer.getheader('X-Content-Type-Options') == 'nosniff')
    tell('a type with its character set', answer.getheader('Content-Type') == 'text/html; charset=utf-8', answer.getheader('Content-Type'))
    tag = answer.getheader('ETag')
    again, nothing = server.get('/', If_None_Match=tag)
    tell('ETag and 304', again.status == 304 and nothing == b'', again.status)
    packed, bytes_ = server.get('/', Accept_Encoding='gzip')
    tell('text is compressed on demand', packed.getheader('Content-Encoding') == 'gzip' and gzip.decompress(bytes_) == body)
    tell('Vary says so', 'accept-encoding' in (packed.getheader('Vary') or '').lower())
    head, none = server.get('/', method='HEAD')
    tell('HEAD', head.status == 200 and none == b'' and head.getheader('Content-Length') == str(len(body)))
    for path, kind in (('/style.css', 'text/css'), ('/feed.atom', 'application/atom+xml'), ('/register.json', 'application/json'),
                       ('/register.csv', 'text/csv'), ('/analysis.txt', 'text/plain'), ('/analysis.xml', 'xml'), ('/threats/', 'text/html')):
        answer, _ = server.get(path)
        tell(f'{path} is {kind}', answer.status == 200 and kind in (answer.getheader('Content-Type') or ''), answer.getheader('Content-Type'))
    missing, words = server.get('/no-such-page')
    tell('404 with a page', missing.status == 404 and b'<h1' in words, missing.status)


def refusals(server):
    for path in ('/../s/sig.yaml', '/%2e%2e/s/sig.yaml', '/..%2fs/sig.yaml', '//etc/passwd', '/threats/../../s/sig.yaml', '/.casemate-site',
                 '/%00', '/threats%2f..%2f..%2fs%2fsig.yaml', '/..\\s\\sig.yaml'):
        status = server.raw(f'GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        tell(f'no way out by {path}', status in (400, 403, 404, 301, 308), status)
    host = b'Host: localhost\r\n'
    for name, request in {
        'two lengths': b'GET / HTTP/1.1\r\n' + host + b'Content-Length: 0\r\nContent-Length: 0\r\n\r\n',
        'two different lengths': b'GET / HTTP/1.1\r\n' + host + b'Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello',
        'a length and chunks': b'GET / HTTP/1.1\r\n' + host + b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        'two hosts': b'GET / HTTP/1.1\r\n' + host + host + b'\r\n',
        'no host': b'GET / HTTP/1.1\r\n\r\n',
        'an unknown transfer encoding': b'GET / HTTP/1.1\r\n' + host + b'Transfer-Encoding: cow\r\n\r\n',
        'a signed length': b'GET / HTTP/1.1\r\n' + host + b'Content-Length: +0\r\n\r\n',
        'a spaced length': b'GET / HTTP/1.1\r\n' + host + b'Content-Length: 1 0\r\n\r\n',
        'a blank before the colon': b'GET / HTTP/1.1\r\n' + host + b'Content-Length : 0\r\n\r\n',
        'a folded header': b'GET / HTTP/1.1\r\n' + host + b'X: a\r\n b\r\n\r\n',
    }.items():
        status = server.raw(request)
        tell(f'{name}: 400', status == 400, status)
    status = server.raw(b'GET / HTTP/1.1\r\n' + host + b'X: ' + b'a' * 200000 + b'\r\n\r\n')
    tell('200 kB of headers are refused', status in (400, 431, 0), status)
    status = server.raw(b'POST / HTTP/1.1\r\n' + host + b'Content-Length: 0\r\n\r\n')
    tell('POST is refused', status == 405, status)
    tell('and it still serves', server.get('/')[0].status == 200)


def preview():
    server = Server('--from', 's')
    answer, body = server.get('/threats/G-0003.html')
    tell('a preview of a folder', answer.status == 200 and b'Reading it is part' in body, answer.status)
    text = open('s/threats/G-0003-gate-log.md', encoding='utf-8').read()
    with open('s/threats/G-0003-gate-log.md', 'w', encoding='utf-8') as f:
        f.write(text.replace('Reading it is part', 'Reading this is part'))
    end, seen = time.monotonic() + 20, False
    while time.monotonic() < end and not seen:
        seen = b'Reading this is part' in server.get('/threats/G-0003.html')[1]
        time.sleep(0.05)
    tell('shows an edit soon', seen)
    status = server.raw(b'GET / HTTP/1.1\r\nHost: evil.example.org\r\n\r\n')
    tell('and is for this machine only', status == 421, status)
    tell('Ctrl-C stops it', server.stop() == 0)
    with open('s/threats/G-0003-gate-log.md', 'w', encoding='utf-8') as f:
        f.write(text)


def main():
    server = Server('--site', 'site')
    pages(server)
    refusals(server)
    tell('SIGTERM stops it', server.stop(signal.SIGTERM) == 0)
    server = Server('--db', 's.db')
    tell('a store', server.get('/analysis.html')[0].status == 200)
    tell('Ctrl-C stops it: store', server.stop() == 0)
    preview()
    print('1..0')


main()
