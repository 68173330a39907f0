"""What 165-operations.sh asks of a server. Run in a folder with s.db, the store; prints lines "ok NAME" and "not ok NAME"."""
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time

CM = sys.argv[1]
CLOCK = '2026-11-25T12:00:00Z'


def tell(name, good, why=''):
    print(f'{"ok" if good else "not ok"} {name}')
    if not good:
        print(str(why)[:1500])
    sys.stdout.flush()


def get(port, path, host=None, method='GET'):
    c = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
    c.request(method, path, headers={'Host': host or f'localhost:{port}'})
    r = c.getresponse()
    body = r.read().decode()
    c.close()
    return r, body


def wait(ask, seconds=20):
    end = time.monotonic() + seconds
    while not ask() and time.monotonic() < end:
        time.sleep(0.02)
    return ask()


def put(d, table, row):
    """A row with what is given, and something in each other column that must not be empty."""
    for _, name, kind, wanted, default, _ in d.execute(f'PRAGMA table_info({table})'):
        if wanted and default is None and name not in row:
            row[name] = {'INTEGER': 0, 'TEXT': 'x', 'BLOB': b'x'}[kind]
    d.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


class Server:
    def __init__(self, *args, ready=True):
        self.child = subprocess.Popen([CM, 'serve', *args, '--tick', '0', '--without-pdf', '--now', CLOCK], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
        self.port = self.figures = None
        while ready and not self.port:
            line = self.child.stdout.readline()
            found = re.search(r'(figures|serving).* (?:at )?http://[^:/\s]+:(\d+)/', line)
            if not found:
                raise SystemExit(f'the server said: {line!r} {self.child.stderr.read()}')
            if found[1] == 'figures':
                self.figures = int(found[2])
            else:
                self.port = int(found[2])

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(30)


def value(text, name):
    found = re.search('^' + re.escape(name) + r' (\S+)$', text, re.M)
    return float(found[1]) if found else None


# ---- health, figures, the log ----
s = Server('--http', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--access-log', 'log')
r, body = get(s.port, '/healthz')
tell('a server that is well says so', (r.status, body) == (200, 'ok\n'), body)
r, body = get(s.port, '/healthz', host='10.0.0.7')
tell('to whoever asks by a number', (r.status, body) == (200, 'ok\n'), body)
get(s.port, '/index.html')
get(s.port, '/secret-that-was-typed-wrong')
get(s.port, '/login/aaaaaaaaaaaaaaaaaaaaaaaaaa')
get(s.port, '/search?q=canaryquery')
raw = socket.create_connection(('127.0.0.1', s.port))
raw.sendall(b'GET / HTTP/1.1\nHost: x\n\n')
raw.recv(1000)
raw.close()
r, text = get(s.figures, '/metrics')
tell('figures are for Prometheus', r.getheader('Content-Type').startswith('text/plain; version=0.0.4'), r.getheaders())
tell('requests are counted by route and status',
     value(text, 'casemate_http_requests_total{route="/healthz",method="GET",status="200"}') == 2 and
     value(text, 'casemate_http_requests_total{route="page",method="GET",status="200"}') == 1 and
     value(text, 'casemate_http_requests_total{route="page",method="GET",status="404"}') == 1 and
     value(text, 'casemate_http_requests_total{route="bad",method="GET",status="400"}') == 1, text)
counts = [int(n) for n in re.findall(r'duration_seconds_bucket\{kind="dynamic",le="[^"]*"\} (\d+)', text)]
tell('durations are a histogram', counts == sorted(counts) and counts[-1] == 4 ==
     value(text, 'casemate_http_request_duration_seconds_count{kind="dynamic"}'), counts)
names = re.findall(r'^# TYPE (\S+)', text, re.M)
tell('each has its help and type once', len(names) == len(set(names)) and
     set(names) == set(re.findall(r'^# HELP (\S+)', text, re.M)), names)
tell('the store is looked into', value(text, 'casemate_store_up') == 1 and value(text, 'casemate_store_busy_total') == 0 and value(text, 'casemate_sessions') == 0, text)
tell('figures are at an address of their own', get(s.port, '/metrics')[0].status == 404)
tell('which has no pages', get(s.figures, '/index.html')[0].status == 404)
lines = [json.loads(line) for line in open('log')]
tell('the log has a line for each request', [line['status'] for line in lines[:6]] == [200, 200, 200, 404, 200, 200] or
     [line['route'] for line in lines[:6]] == ['/healthz', '/healthz', 'page', 'page', '/login/?', '/search'], lines)
tell('with the page', lines[2]['path'] == '/index.html' and lines[2]['ms'] >= 0, lines[2])
tell('and nothing that is secret or personal', not re.search('canary|aaaa|secret|127.0.0.1', open('log').read()))
tell('the queue is empty, and that is well', value(text, 'casemate_queue_oldest_seconds') == 0, text)
with sqlite3.connect('s.db', timeout=20) as d:
    d.execute('PRAGMA foreign_keys = off')
    at = 1764000000  # a year before the clock of this server
    row = {'at': at, 'id': 1}
    put(d, 'outgoing', row)
    put(d, 'delivery', {'outgoing': 1, 'state': 'waiting', 'due': at})
r, body = get(s.port, '/healthz')
tell('a mail that does not leave is said, by the part only', (r.status, body) == (503, 'failing: queue\n'), body)
tell('and by how long it has waited', value(get(s.figures, '/metrics')[1], 'casemate_queue_oldest_seconds') > 86400)

# ---- reload ----
os.rename('log', 'log.1')
s.child.send_signal(signal.SIGHUP)
tell('SIGHUP opens the log by its name anew', wait(lambda: os.path.exists('log')))
get(s.port, '/index.html')
tell('and goes on there', wait(lambda: os.path.getsize('log') > 0))
tell('the server goes on', get(s.port, '/index.html')[0].status == 200)
tell('SIGTERM ends it well', s.stop() == 0)

# ---- started by a supervisor ----
listening = socket.create_server(('127.0.0.1', 0))
port = listening.getsockname()[1]
notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notices.bind('notify')
notices.settimeout(30)


def inherit(names):
    os.dup2(listening.fileno(), 3)
    os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES=names,
                      NOTIFY_SOCKET=os.path.abspath('notify'))


child = os.fork()
if child == 0:
    inherit('http')
    os.dup2(os.open('out', os.O_WRONLY | os.O_CREAT), 1)
    os.dup2(os.open('err', os.O_WRONLY | os.O_CREAT), 2)
    os.execv(CM, [CM, 'serve', '--http', 'systemd:http', '--tick', '0', '--without-pdf', '--now', CLOCK])
tell('a supervisor is told when the pages are there', notices.recv(100) == b'READY=1')
tell('a socket from systemd is served', get(port, '/index.html')[0].status == 200)
os.kill(child, signal.SIGTERM)
tell('and that it stops', notices.recv(100) == b'STOPPING=1')
tell('as it should', os.waitpid(child, 0)[1] == 0)
tell('the socket stays', listening.fileno() >= 0)
print('1..1')
