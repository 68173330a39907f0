"""The tests of 135-tree-models.sh: tree_models.py PROGRAM MODELS WORK. Prints TAP.

MODELS is an optional folder of public models with expected answers (its README.md fixes the meaning of every figure);
without it its tests count as skipped, and likewise those with scram where that is not installed. CASEMATE_SEED repeats
the random part; LONG=1 asks for more of it.
"""
import csv
import itertools
import json
import math
import os
import random
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

PROGRAM, MODELS, WORK = sys.argv[1:4]
LONG = bool(os.environ.get('LONG'))
COUNT = 0
FAILED = 0


def report(name, fault=None, skip=None):
    global COUNT, FAILED
    COUNT += 1
    FAILED += bool(fault)
    print(f'{"not ok" if fault else "ok"} {COUNT} - {name}{" # SKIP " + skip if skip else ""}', flush=True)
    for line in (fault or '').splitlines()[:20]:
        print(f'# {line[:600]}')


def run(*args, timeout=120):
    return subprocess.run([PROGRAM, 'tree', 'analyse', *map(str, args)], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL)


def analyse(*args, timeout=120):
    """The answer as an object; raises ValueError with what the program said."""
    done = run(*args, '--json', timeout=timeout)
    if done.returncode or any(': warning: ' not in line for line in done.stderr.splitlines()):
        raise ValueError(f'exit code {done.returncode}: {done.stderr[:400]}')
    return json.loads(done.stdout)


def near(got, wanted, relative=1e-9, absolute=1e-12):
    return isinstance(got, (int, float)) and abs(got - wanted) <= relative * abs(wanted) + absolute


# ---- models with a known count and probability


def expected_answers():
    with open(os.path.join(MODELS, 'expected.tsv'), encoding='utf-8') as f:
        rows = list(csv.DictReader(f, delimiter='\t'))
    for row in rows:
        path = os.path.join(MODELS, row['path'])
        if row['minimal_cut_sets'] == 'unknown':
            report(f'{row["model"]}', skip='no answer is known')
            continue
        fault = None
        try:
            got = analyse(path)
            if got['minimal_attacks'] != row['minimal_cut_sets']:
                fault = f'{got["minimal_attacks"]} minimal attacks, expected {row["minimal_cut_sets"]}'
            elif not got['exact'] or not near(got['probability'], float(row['exact_probability']), 1e-9, 0):
                fault = f'P is {got["probability"]} (exact {got["exact"]}), expected {row["exact_probability"]}'
        except (ValueError, KeyError, subprocess.TimeoutExpired) as e:
            fault = f'{type(e).__name__}: {e}'
        report(f'{row["model"]}: count and probability as published', fault)


# ---- attack-defence graphs solved by brute force


def compare(got, wanted, where):
    """The first difference in words, or None."""
    if where.endswith('.mcs'):
        return None if sorted(map(sorted, got)) == sorted(map(sorted, wanted)) else f'{where}: {got}, expected {wanted}'
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            if not isinstance(got, dict) or key not in got:
                return f'{where}.{key} is missing'
            fault = compare(got[key], value, f'{where}.{key}')
            if fault:
                return fault
        return None
    if isinstance(wanted, list):
        if not isinstance(got, list) or len(got) != len(wanted):
            return f'{where}: {got}, expected {wanted}'
        return next((f for f in (compare(g, w, f'{where}[{i}]') for i, (g, w) in enumerate(zip(got, wanted))) if f), None)
    if isinstance(wanted, bool) or not isinstance(wanted, (int, float)):
        return None if got == wanted else f'{where}: {got}, expected {wanted}'
    if where.endswith('.rrw') and got is None and wanted > 1e12:
        return None  # P(e=0) is rounding alone there
    if where.endswith('mcs_count'):
        return None if str(got) == str(wanted) else f'{where}: {got}, expected {wanted}'
    return None if near(got, wanted) else f'{where}: {got}, expected {wanted}'


def small_attacks():
    folder = os.path.join(MODELS, 'attack-small')
    with open(os.path.join(folder, 'expected.json'), encoding='utf-8') as f:
        answers = json.load(f)
    for name, wanted in sorted(answers.items()):
        try:
            fault = compare(analyse(os.path.join(folder, name + '.json'), '--all'), wanted, name)
        except (ValueError, subprocess.TimeoutExpired) as e:
            fault = f'{type(e).__name__}: {e}'
        report(f'{name}: every figure as by brute force', fault)


# ---- scram on random fault trees


class FaultTree:
    """A random fault tree; coherent or with all the gates there are."""

    def __init__(self, dice, coherent):
        self.events = [(f'e{i}', round(dice.uniform(0.001, 0.6), 6)) for i in range(dice.randint(3, 14))]
        self.gates = []
        below = [('basic-event', e) for e, _ in self.events]
        for i in range(dice.randint(2, 16)):
            kinds = ['and', 'or', 'or', 'and', 'atleast'] + ([] if coherent else ['not', 'xor', 'nand', 'nor'])
            kind = dice.choice(kinds)
            width = {'not': 1, 'xor': 2, 'atleast': dice.randint(3, 5)}.get(kind, dice.randint(2, 4))
            args = dice.sample(below, min(width, len(below)))
            self.gates.append((f'g{i}', kind, dice.randint(2, max(2, len(args) - 1)), args))
            below.append(('gate', f'g{i}'))
        used = {name for _, _, _, args in self.gates for kind, name in args if kind == 'gate'}
        loose = [('gate', g) for g, _, _, _ in self.gates if g not in used]
        self.gates.append(('top', dice.choice(['and', 'or']), 0, loose if len(loose) > 1 else loose + [below[0]]))

    def probability(self):
        """By trying all states: the judge where scram and we disagree."""
        names, gates, total = [e for e, _ in self.events], self.gates, 0.0
        for state in itertools.product((False, True), repeat=len(names)):
            value = dict(zip(names, state))
            for name, kind, k, args in gates:
                held = sum(value[ref] for _, ref in args)
                value[name] = {'and': held == len(args), 'or': held > 0, 'atleast': held >= k, 'not': held == 0,
                               'xor': held % 2 == 1, 'nand': held < len(args), 'nor': held == 0}[kind]
            if value['top']:
                total += math.prod(p if s else 1 - p for (_, p), s in zip(self.events, state))
        return total

    def write(self, path):
        root = ET.Element('opsa-mef')
        tree = ET.SubElement(root, 'define-fault-tree', name='random')
        for name, kind, k, args in reversed(self.gates):
            gate = ET.SubElement(ET.SubElement(tree, 'define-gate', name=name), kind)
            if kind == 'atleast':
                gate.set('min', str(k))
            for what, ref in args:
                ET.SubElement(gate, what, name=ref)
        data = ET.SubElement(root, 'model-data')
        for name, p in self.events:
            ET.SubElement(ET.SubElement(data, 'define-basic-event', name=name), 'float', value=repr(p))
        ET.ElementTree(root).write(path, encoding='utf-8', xml_declaration=True)


def scram(path):
    """Probability, number of products, and the products as sets (None where one has a negation)."""
    out = os.path.join(WORK, 'scram.xml')
    done = subprocess.run(['scram', '--bdd', '--probability', '1', '-l', '64', '-o', out, path], capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f'scram: {done.stderr[:300]}')
    sums = ET.parse(out).getroot().find('.//sum-of-products')
    products = [{e.get('name') for e in p.iter('basic-event')} for p in sums.findall('product')]
    negated = sums.find('.//not') is not None
    return float(sums.get('probability')), int(sums.get('products')), None if negated else products


def against_scram():
    if not shutil.which('scram'):
        report('random fault trees as scram says', skip='scram is not installed')
        return
    seed = int(os.environ.get('CASEMATE_SEED') or random.SystemRandom().randrange(1 << 32))
    print(f'# CASEMATE_SEED={seed}')
    fault, path = None, os.path.join(WORK, 'random.xml')
    rounds, mistaken = 400 if LONG else 40, 0
    for i in range(rounds):
        tree = FaultTree(random.Random(seed + i if i % 2 else i), i % 4 != 3)
        tree.write(path)
        p, count, products = scram(path)
        try:
            got = analyse(path)
            listed = run(path, '--attacks', '--json')
            sets = [frozenset(json.loads(line)) for line in listed.stdout.splitlines()]
        except ValueError as e:
            fault = str(e)
        if not fault and not near(got['probability'], p, 1e-5, 0):  # scram writes six digits
            truth = tree.probability()
            if near(got['probability'], truth):
                mistaken += 1  # scram 0.16.2 errs in some of its rewriting
                continue
            fault = f'P is {got["probability"]}, scram says {p}, all states give {truth}'
        if not fault and products is not None:
            if got['minimal_attacks'] != str(count) or len(sets) != count:
                fault = f'{got["minimal_attacks"]} attacks, {len(sets)} listed, scram says {count}'
            elif set(sets) != {frozenset(x) for x in products}:
                fault = f'other sets than scram: {set(sets) ^ {frozenset(x) for x in products}}'
        if fault:
            with open(path, encoding='utf-8') as f:
                fault = f'tree {i}: {fault}\n{f.read()}'
            break
    if mistaken:
        print(f'# scram is mistaken in {mistaken} of them, as trying all states shows')
    report(f'{rounds} random fault trees: probability and cut sets as scram says', fault)


# ---- threads, pipes, budgets

OUTLINE = '''Read a user's messages
  AND Read the stream
    Get on the path  [p=0.02..0.2 cost=500..5000 skill=2 time=2d]
    OR Defeat the encryption
      Strip STARTTLS  [p=0.9 cost=100 skill=1 time=1h]
        ! Client requires TLS  [stops=0.99 deployed=0.7 cost=1k]
      #misissue Use a mis-issued certificate  [p=0.001..0.01 cost=10k..100k skill=3 time=uniform(0,10)d]
        ! Certificate transparency  [stops=0.5 deployed=0.2 cost=2k]
        ? DANE  [stops=0.95 cost=50k]
  2 OF Compromise the operator  [damage=5]
    Phish an administrator  [p=triangular(0.1,0.2,0.4) cost=100 skill=1 time=1w damage=1..4]
    Bribe an administrator  [p=0.05 cost=20k skill=1 time=1w]
    = #misissue
  SAND Steal the device, then unlock it
    Steal the device  [p=0.01 cost=50 skill=1 time=1d]
    Guess the code  [p=0.1..0.3 cost=0 skill=2 time=1h]
'''.replace('uniform(0,10)d', '1d..10d')


def same_on_threads():
    outline = os.path.join(WORK, 'threads.txt')
    with open(outline, 'w', encoding='utf-8') as f:
        f.write(OUTLINE)
    models = [outline]
    if os.path.isdir(MODELS):
        models += [os.path.join(MODELS, p) for p in ('attack-small/at-007.json', 'aralia/chinese.xml', 'aralia/isp9607.xml',
                                                     'aralia/das9205.xml')]
    for path in models:
        answers = []
        for threads in (1, 2, 2):
            try:
                got = analyse(path, '--all', '--samples', 3000, '--threads', threads)
                got.pop('seconds', None)
                answers.append(json.dumps(got))
            except ValueError as e:
                answers.append(f'{threads} threads: {e}')
        fault = None if answers[0] == answers[1] == answers[2] and answers[0].startswith('{') else '\n'.join(
            a if not a.startswith('{') else first_difference(answers[0], a) for a in answers)
        report(f'{os.path.basename(path)}: one thread and two give the same', fault)


def first_difference(a, b):
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return 'same' if a == b else f'...{a[max(0, at - 60):at + 60]}... against ...{b[max(0, at - 60):at + 60]}...'


def pipes():
    for model in ('aralia/edfpa14b.xml', 'synthetic-openpra/ft-100-01-KN.xml'):
        path = os.path.join(MODELS, model)
        child = subprocess.Popen([PROGRAM, 'tree', 'analyse', path, '--attacks'], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        fault, line = None, child.stdout.readline()
        child.stdout.close()
        try:
            said = child.stderr.read().decode()
            child.wait(timeout=30)
            if not line.strip() or said:
                fault = f'first line {line!r}, standard error {said!r}'
        except subprocess.TimeoutExpired:
            child.kill()
            fault = 'still running 30 s after its reader went away'
        report(f'{model}: ends quietly when its reader has enough', fault)


def tiny_budgets():
    with open(os.path.join(MODELS, 'expected.tsv'), encoding='utf-8') as f:
        known = {r['path']: r['exact_probability'] for r in csv.DictReader(f, delimiter='\t')}
    for model in ('aralia/cea9601.xml', 'aralia/edf9203.xml', 'aralia/edfpa14b.xml', 'aralia/nus9601.xml', 'aralia/das9601.xml',
                  'synthetic-openpra/ft-1000-01-KN.xml'):
        for options in (['--max-seconds', '0.01'], ['--max-memory', '4M', '--max-seconds', '0.5'],
                        ['--max-seconds', '0.01', '--all'],
                        ['--max-memory', '4M', '--max-seconds', '1', '--all', '--samples', '100']):
            fault = None
            try:
                got = analyse(os.path.join(MODELS, model), *options, timeout=100)
                lo, hi = got.get('bounds') or (got['probability'], got['probability'])
                truth = known.get(model, 'unknown')
                if not got['exact'] and not 0 <= lo <= hi <= 1:
                    fault = f'bounds {lo} .. {hi}'
                elif truth != 'unknown' and not lo * (1 - 1e-9) <= float(truth) <= hi * (1 + 1e-9):
                    fault = f'P is {truth}, not within {lo} .. {hi} (exact {got["exact"]})'
                elif math.isnan(lo + hi):
                    fault = 'no number'
            except (ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as e:
                fault = f'{type(e).__name__}: {e}'
            report(f'{model} with {" ".join(options)}: bounds that hold', fault)


def main():
    against_scram()
    same_on_threads()
    if os.path.isdir(MODELS):
        small_attacks()
        expected_answers()
        pipes()
        tiny_budgets()
    else:
        report('models with known answers', skip=f'no folder {MODELS}')
    print(f'1..{COUNT}')
    return 1 if FAILED else 0


if __name__ == '__main__':
    sys.exit(main())
