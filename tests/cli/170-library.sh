#!/bin/bash
# libattacktree as others get it: installed into a folder, found by pkg-config, used by a program that knows only its header.
. "$(dirname "$0")/lib.sh"
build=$(dirname "$CM")
command -v meson >/dev/null && command -v pkg-config >/dev/null || {
    skip 'the library' 'meson or pkg-config is not installed'
    finish
    exit
}
does 'it installs' env DESTDIR="$WORK/root" meson install -C "$build" --no-rebuild --quiet --tags devel,man,attacktree
pc=$(find root -name attacktree.pc)
export PKG_CONFIG_SYSROOT_DIR=$WORK/root PKG_CONFIG_PATH=$WORK/$(dirname "$pc")
does 'pkg-config knows it' pkg-config --exists attacktree
so=$(find root -name 'libattacktree.so.0')
export LD_LIBRARY_PATH=$WORK/$(dirname "$so")
flags=$(pkg-config --cflags --libs attacktree)
header=$(find root -name attacktree.h)
is 'the header stands alone: nothing of ours is included' '' "$(grep -n '#include "' "$header")"

run nm -D --defined-only "$so"
# A build that counts branches adds the bounds of its counters.
is 'only attacktree_ is seen' '' "$(awk '$2 != "A" && $3 !~ /^(attacktree_|__(start|stop)___sancov_)/ {print $3}' "$out")"
for name in $(grep -o '\battacktree_[a-z_]*(' "$header" | tr -d '(' | grep -v attacktree_defaults | sort -u); do
    grep -q " $name\$" "$out" || missing="${missing-} $name"
done
is 'and all that the header declares' '' "${missing-}"

# A sanitized library wants a sanitized program.
sanitize=
! nm -D "$so" | grep -q __asan_init || sanitize='-fsanitize=address,undefined'
example=$TOP/docs/examples/attacktree_example.c
for cc in gcc clang; do
    command -v $cc >/dev/null || { skip "the example with $cc" "$cc is not installed"; continue; }
    # the run-time library of the sanitizers has to be the one that the library was built with
    if [ -n "$sanitize" ] && [ $cc = clang ] && ! strings "$so" 2>/dev/null | grep -q 'clang version'; then
        skip "the example with $cc" 'the library was sanitized by another compiler'
        continue
    fi
    # shellcheck disable=SC2086
    does "the example compiles as C99 with $cc" $cc -std=c99 -pedantic -Wall -Wextra -Werror "$example" $sanitize $flags -o "ex-$cc"
    does 'and runs' "./ex-$cc"
    says 'the three worlds' 'without countermeasures +0\.0694$'
    says 'the two best attacks' 'Get on the path, Hide the offer: cost 2100, time 49$'
    says 'importance' 'Client insists on encryption -0\.0594$'
    says 'samples' 'today, with 90 %: 0\.0153 to 0\.0629, in 10000 trials$'
    cp "$out" "said-$cc"
done
[ ! -f said-gcc ] || [ ! -f said-clang ] || same 'both say the same' said-gcc said-clang
if command -v g++ >/dev/null; then
    does 'the header is C++ too' g++ -Wall -Wextra -Werror -fsyntax-only -x c++ "$header"
else
    skip 'the header is C++ too' 'g++ is not installed'
fi
if [ -z "$sanitize" ] && [ -x ex-gcc ] && command -v valgrind >/dev/null; then
    does 'all memory is returned' valgrind -q --leak-check=full --show-leak-kinds=all --error-exitcode=9 ./ex-gcc
else
    skip 'all memory is returned' 'no valgrind, or a sanitized library'
fi
page=$(find root -name 'attacktree.3*')
if command -v mandoc >/dev/null; then
    does 'the manual page is well-formed' mandoc -T lint -W warning "$page"
else
    skip 'the manual page is well-formed' 'mandoc is not installed'
fi
for name in $(grep -o '^\.Fn attacktree_[a-z_]*' "$page" | cut -d' ' -f2 | sort -u); do
    grep -q "\b$name(" "$header" || unknown="${unknown-} $name"
done
is 'it speaks of functions that exist' '' "${unknown-}"
finish
