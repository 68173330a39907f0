"""Runs a command and kills it (SIGKILL) after a random time; prints "killed" or "ended".

    python3 killer.py SEED LONGEST_MS COMMAND...
"""
import random
import subprocess
import sys

wait = random.Random(int(sys.argv[1])).uniform(0, float(sys.argv[2])) / 1000
child = subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    child.wait(wait)
    print('ended')
except subprocess.TimeoutExpired:
    child.kill()
    child.wait()
    print('killed')
