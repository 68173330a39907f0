"""A mail server for tests: takes mail and keeps it, or does what servers do on bad days.

    smtp_sink.py FOLDER [HOW]

Prints its port. Each mail that is answered 250 is a file FOLDER/N: "FROM TO" in the first line, then its bytes; "FROM TO" is also a line of
FOLDER/log, written before the answer. What happens is said by the recipient's local part: "unknown" 550 5.1.1, "full" 452 4.2.2, "close" the
connection is closed after its dot is there, before the answer; and by HOW: "refuse" greets with 421, "slow" answers each message after 30 ms.
"""
import asyncio
import os
import sys

FOLDER, HOW = sys.argv[1], (sys.argv[2:] + [''])[0]
count = 0


def keep(sender, recipient, lines):
    global count
    count += 1
    with open(f'{FOLDER}/{count}', 'wb') as f:
        f.write(b'%s %s\n' % (sender, recipient) + b''.join(lines))
    with open(f'{FOLDER}/log', 'ab', buffering=0) as f:
        f.write(b'%s %s\n' % (sender, recipient))


def address(line):
    return line[line.index(b'<') + 1:line.index(b'>')]


async def message(reader):
    lines = []
    while (line := await reader.readline()) != b'.\r\n':
        if not line:
            return None
        lines.append(line[1:] if line.startswith(b'.') else line)
    return lines


async def dialogue(reader, writer):
    def say(text):
        writer.write(text + b'\r\n')

    if HOW == 'refuse':
        say(b'421 4.3.2 not today')
        return
    say(b'220 sink ESMTP')
    sender = recipient = b''
    while line := await reader.readline():
        word = line[:4].upper().strip()
        if word == b'EHLO':
            say(b'250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE 10000000\r\n250 ENHANCEDSTATUSCODES')
        elif word == b'MAIL':
            sender, recipient = address(line), b''
            say(b'250 2.1.0 ok')
        elif word == b'RCPT':
            to = address(line)
            if to.startswith(b'unknown'):
                say(b'550 5.1.1 no such user')
            elif to.startswith(b'full'):
                say(b'452 4.2.2 full')
            else:
                recipient = to
                say(b'250 2.1.5 ok')
        elif word == b'DATA' and not recipient:
            say(b'554 5.5.1 no recipient')
        elif word == b'DATA':
            say(b'354 go on')
            await writer.drain()
            lines = await message(reader)
            if lines is None:
                return
            if HOW == 'slow':
                await asyncio.sleep(0.03)
            if recipient.startswith(b'close'):
                return
            keep(sender, recipient, lines)
            say(b'250 2.0.0 kept')
        elif word == b'QUIT':
            say(b'221 2.0.0 bye')
            return
        else:
            say(b'250 2.0.0 ok')
        await writer.drain()


async def client(reader, writer):
    try:
        await dialogue(reader, writer)
        await writer.drain()
    except (ConnectionError, ValueError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(client, '127.0.0.1', 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
