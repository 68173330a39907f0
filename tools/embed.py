#!/usr/bin/env python3
"""Writes a C file that holds the bytes of files: embed.py OUT.c SYMBOL NAME=PATH...
Prints the names of the files in a folder and below it, in order: embed.py --list DIR

The result defines `const struct embedded SYMBOL[]` (src/base/embed.h), in the order of the arguments and ended
by an entry without a name. A header of the caller's declares it: `extern const struct embedded SYMBOL[];`.
A build-time tool: the program itself needs no Python.
"""
import os
import sys

LINE = 64


def literal(data):
    """The bytes as the parts of one C string literal. Octal escapes have three digits, so that no digit joins them."""
    plain = {c: chr(c) for c in range(0x20, 0x7F) if chr(c) not in '"\\?'}
    for start in range(0, max(len(data), 1), LINE):
        part = data[start:start + LINE]
        yield '    "' + "".join(plain.get(c) or "\\%03o" % c for c in part) + '"'


def names_below(folder):
    """Relative names, hidden files and editors' backups left out."""
    for path, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        for name in files:
            if not name.startswith(".") and not name.endswith("~"):
                yield os.path.relpath(os.path.join(path, name), folder)


def main(argv):
    if len(argv) == 3 and argv[1] == "--list":
        print("\n".join(sorted(names_below(argv[2]))))
        return
    if len(argv) < 3:
        sys.exit("usage: embed.py OUT.c SYMBOL NAME=PATH...")
    out, symbol, pairs = argv[1], argv[2], [a.split("=", 1) for a in argv[3:]]
    for pair in pairs:
        if len(pair) != 2 or '"' in pair[0] or "\\" in pair[0]:
            sys.exit("embed.py: expected NAME=PATH, got " + "=".join(pair))
    lines = ['/* Made by tools/embed.py. */', '#include "base/embed.h"', '',
             'extern const struct embedded %s[];' % symbol, '']
    table = []
    for i, (name, path) in enumerate(pairs):
        with open(path, "rb") as f:
            data = f.read()
        lines.append("static const char %s_%d[] =" % (symbol, i))
        lines.extend(literal(data))
        lines[-1] += ";"
        lines.append("")
        table.append('    {"%s", %s_%d, %d},' % (name, symbol, i, len(data)))
    lines += ["const struct embedded %s[] = {" % symbol] + table + ["    {NULL, NULL, 0},", "};", ""]
    with open(out, "w", encoding="ascii", newline="\n") as f:
        f.write("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv)
