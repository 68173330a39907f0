#!/usr/bin/env python3
"""Prints the list of test programs for tests/harness: one JSON object a line.

    tests/list.py [--long] [--only PATTERN] BUILD SAN SITE

BUILD is the plain build folder, SAN the one with sanitizers and fuzz targets (left out when it is missing), SITE a published site for the
browser. PATTERN is a regular expression over the names.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SANITIZE = {'ASAN_OPTIONS': 'abort_on_error=0:detect_leaks=1:strict_string_checks=1', 'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
            'CASEMATE_SANITIZED': '1'}
# md4c calls strcspn() for every line; the strict check looks for the end of the whole text each time: quadratic.
LOOSE_STRINGS = ('test_markdown',)
# Left out under the sanitizers for time alone; near the end of a piece of work they are worth a run there by hand.
PLAIN_ONLY = ('070-publish', '080-edition', '090-submit', '100-data', '110-kill', '115-kill-acts', '120-trouble',
              '135-tree-models', '150-site', '200-people', '205-erasure', '210-rounds', '215-steps',
              '216-editorial-round', '217-calibrate', '218-later-fields', '220-calls', '230-reviews',
              '280-acts-on-pages', '290-play', '300-clock', '310-absent', '310-postfix', '320-rules',
              '330-membership', '331-subscribers', '335-mailman', '340-moderation', '350-queue', '355-mail-faults', '357-mail-corpus',
              '360-archive', '360-mail-postfix', '370-ties', '380-mail-attacks', '410-account', '415-discuss',
              '165-operations', '166-nginx')


# What they do is done by another program.
UNIT_PLAIN_ONLY = ('test_pdf',)


def unit(build, name, env, long=False):
    """The unit tests that Meson knows, each program by itself so that every test in it is counted."""
    said = subprocess.run(['meson', 'introspect', '--tests', build], capture_output=True, text=True, check=True).stdout
    for t in json.loads(said):
        if t['name'] in UNIT_PLAIN_ONLY and 'ASAN_OPTIONS' in env:
            continue
        own = dict(t['env'], **env, CASEMATE_LONG='1' if long else '')
        if t['name'] in LOOSE_STRINGS and 'ASAN_OPTIONS' in own:
            own['ASAN_OPTIONS'] = own['ASAN_OPTIONS'].replace(':strict_string_checks=1', '')
        yield {'name': f'{name}/{t["name"]}', 'cmd': t['cmd'], 'env': own,
               'timeout': 7200 if long else 600, 'cwd': t.get('workdir')}


def cli(build, name, env, long, skip=()):
    for path in sorted(glob.glob(os.path.join(TOP, 'tests/cli/[0-9]*.sh'))):
        test = os.path.basename(path)[:-3]
        if test not in skip:
            yield {'name': f'{name}/{test}', 'cmd': [path], 'timeout': 1800 if long else 400,
                   'env': dict(env, CASEMATE=os.path.join(build, 'casemate'), LONG='1' if long else '')}


def fuzz(build, long):
    for path in sorted(glob.glob(os.path.join(build, 'fuzz/fuzz_*'))):
        name = os.path.basename(path)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            yield {'name': f'fuzz/{name[5:]}', 'cmd': [os.path.join(TOP, 'tests/fuzz'), path, '600' if long else '2'],
                   'timeout': 900 if long else 300, 'env': SANITIZE}


def programs(args):
    here = os.path.join(TOP, 'tests')
    # The longest first, so that none of them runs alone at the end.
    env = {'CASEMATE': os.path.join(args.build, 'casemate'), 'CASEMATE_SITE': args.site, 'LONG': '1' if args.long else ''}
    for test in ('pages', 'markup', 'play'):
        yield {'name': f'web/{test}', 'cmd': ['node', os.path.join(here, 'web', test + '.mjs')], 'env': env, 'timeout': 1800 if args.long else 900}
    for check in ('check-layers', 'check-headers', 'check-rules', 'lint'):
        yield {'name': check, 'cmd': [os.path.join(here, check)], 'env': {'LONG': '1' if args.long else ''}}
    yield from unit(args.build, 'unit', {}, args.long)
    yield {'name': 'valgrind', 'cmd': [os.path.join(here, 'valgrind'), args.build], 'env': {'LONG': '1' if args.long else ''}, 'timeout': 1200}
    yield from cli(args.build, 'cli', {}, args.long)
    if os.path.exists(args.san):
        yield from unit(args.san, 'unit-asan', SANITIZE)
        yield from cli(args.san, 'cli-asan', SANITIZE, False, PLAIN_ONLY)
        yield from fuzz(args.san, args.long)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--long', action='store_true')
    parser.add_argument('--only', default='')
    for name in ('build', 'san', 'site'):
        parser.add_argument(name, type=os.path.abspath)
    args = parser.parse_args()
    for program in programs(args):
        if re.search(args.only, program['name']):
            print(json.dumps(program))
    return 0


if __name__ == '__main__':
    sys.exit(main())
