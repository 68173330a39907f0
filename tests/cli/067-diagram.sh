#!/bin/bash
# Fenced blocks named diagram: drawn in HTML and PDF, characters in XML and text; what cannot be drawn is a fault with its place.
. "$(dirname "$0")/lib.sh"
F="--formats html,xml,json,text"
minimal s
cat > s/analysis.md <<'END'
---
title: Gate Analysis
abstract: What could go wrong.
---

## Parts

```diagram The phone & the gate
+-------+        +------+
| phone |==(1)==>| gate |--+
+-------+        +------+  |   a < b, end-to-end
                           v
                         garden
```
END
does 'a drawing' "$CM" check s
does 'in normal form' "$CM" fmt --check s
does 'publish' "$CM" publish --from s --to a --now $NOW $F
says 'HTML has a figure with its address' '<figure id="figure-the-phone-the-gate" class="diagram">' a/analysis.html
says 'with the caption' '<figcaption>The phone &amp; the gate' a/analysis.html
says 'and words for those who do not see it' '<desc id="[^"]*">A drawing of 2 boxes and lines with arrow heads. In boxes: phone; gate. Beside them: ' a/analysis.html
says 'the characters are there too' '[|] phone [|]==\(1\)==&gt;[|] gate [|]--[+]' a/analysis.html
says 'text keeps them' '^ *[|] phone [|]==\(1\)==>[|] gate [|]--[+]$' a/analysis.txt
says 'so does XML' '^[|] phone [|]==\(1\)==&gt;[|] gate [|]--[+]$' a/analysis.xml
is 'which has no picture of it' 0 "$(grep -c 'alt="A drawing of' a/analysis.xml)"
is 'no word is lost' '' "$(python3 - a/analysis.html <<'END'
import html, re, sys
page = open(sys.argv[1]).read()
svg = re.search(r'<figure id="figure-the-phone.*?</svg>', page, re.S)[0]
texts = [html.unescape(re.sub('<[^>]*>', '', t)) for t in re.findall(r'<text[^>]*>(.*?)</text>', svg, re.S)]
if texts != ['phone', '(1)', 'gate', 'a < b, end-to-end', 'garden']:
    print(texts)
END
)"
says 'its colours are those of the page' '[.]d-box [{] fill: var' a/style.css
does 'publish again' "$CM" publish --from s --to b --now $NOW $F
same 'the same bytes' a b

broken() { # NAME PATTERN SED-EXPRESSION
    cp s/analysis.md keep
    sed -i "$3" s/analysis.md
    fails 1 "$2" "$1" "$CM" check s
    mv keep s/analysis.md
}
broken 'without a caption' 'analysis.md:8:1: error: a diagram without a caption; expected words' '8s/ .*//'
broken 'with a tab' 'analysis.md:10:10: error: a tab in a diagram; expected blanks' '10s/==/\t=/'
broken 'too wide' 'analysis.md:13: error: a diagram with more than 120 columns; expected a narrower one' "13s/garden/$(printf '%0120d' 0)/"
broken 'too high' 'analysis.md:8[0-9]: error: a diagram with more than 80 rows; expected a lower one' "12s/.*/$(printf 'x\\n%.0s' $(seq 80))/"
broken 'empty' 'analysis.md:8: error: an empty diagram; expected boxes, lines and words' '9,13d'
finish
