"""Part of 357-mail-corpus.sh: every file of the collections of mail goes in over LMTP, one after another.

    mail_corpus.py CASEMATE DB FOLDER STEP

STEP: one file of so many. Prints what was answered how often, and which of it should have been otherwise, the listener's peak of memory in MB, and its processor time for a megabyte in ms.
"""
import os
import socket
import subprocess
import sys

CM, DB, FOLDER, STEP = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])


LINE_MAX = 16 << 10  # a longer line refuses the message: gateway/lmtp/session.h


def expect(stream):
    while True:
        line = stream.readline()
        if not line:
            sys.exit('the listener closed the connection')
        if line[3:4] != b'-':
            return line[:3].decode()


def body(data):
    """As SMTP carries it: lines with CRLF, dots doubled. A NUL and a bare CR are for tests of their own."""
    text = data.replace(b'\r\n', b'\n').replace(b'\r', b'\n').replace(b'\0', b'?')
    lines = text.split(b'\n')
    if not lines[-1]:
        lines.pop()
    return b''.join((b'.' + line if line.startswith(b'.') else line) + b'\r\n' for line in lines) + b'.\r\n'


def status(pid, name):
    for line in open(f'/proc/{pid}/status'):
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def seconds(pid):
    fields = open(f'/proc/{pid}/stat').read().rsplit(') ', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def main():
    files = sorted(os.path.join(at, f) for at, _, names in os.walk(FOLDER) for f in names if not f.endswith('.xz'))[::STEP]
    listener = subprocess.Popen([CM, '--db', DB, 'serve', '--http', '127.0.0.1:0', '--lmtp', f'unix:{os.getcwd()}/lmtp'],
                                stdout=subprocess.PIPE, text=True)
    listener.stdout.readline()
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    client.connect('lmtp')
    stream = client.makefile('rwb')
    expect(stream)
    answers, odd, size, before = {}, [], 0, seconds(listener.pid)

    def say(text):
        stream.write(text)
        stream.flush()
        return expect(stream)

    say(b'LHLO test\r\n')
    for path in files:
        data = open(path, 'rb').read()
        size += len(data)
        for command in (b'MAIL FROM:<ada@example.org> BODY=8BITMIME\r\n', b'RCPT TO:<sec@example.org>\r\n', b'DATA\r\n'):
            if say(command)[0] not in '23':
                sys.exit('a command was refused')
        text = body(data)
        answer = say(text)
        answers[answer] = answers.get(answer, 0) + 1
        if answer != ('554' if max(map(len, text.split(b'\r\n'))) > LINE_MAX else '250'):
            odd.append(f'{answer} {path}')
    print('odd', *odd[:5])
    print('files', len(files))
    print('answers', ' '.join(f'{k}:{v}' for k, v in sorted(answers.items())))
    print('memory', (status(listener.pid, 'VmHWM') + 1023) // 1024)
    print('time', round((seconds(listener.pid) - before) * 1000 / (size / 1e6)))
    listener.terminate()
    print('ends', listener.wait(60))


main()
