#!/usr/bin/env python3
"""Prints the name under which programs load a shared library: soname.py LIBDIR NAME, for LIBDIR/libNAME.so.
A build-time tool; readelf comes with the compiler's binutils.
"""
import os
import re
import subprocess
import sys


def main():
    path = os.path.join(sys.argv[1], 'lib%s.so' % sys.argv[2])
    try:
        said = subprocess.run(['readelf', '-dW', path], stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout
    except (OSError, subprocess.CalledProcessError) as fault:
        sys.exit('soname.py: %s cannot be read: %s' % (path, fault))
    found = re.search(r'\(SONAME\)[^[]*\[([^]]+)\]', said)
    if not found:
        sys.exit('soname.py: %s has no name to be loaded by' % path)
    print(found.group(1))


main()
