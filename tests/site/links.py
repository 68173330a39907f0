#!/usr/bin/env python3
"""Is every page sound by itself? Prints TAP.

    tests/site/links.py SITE

No duplicate id, no dead link inside the site (files and anchors), no request to any other site, no inline style or script, headings
in order, a title and a language on each page, and a feed and JSON files that can be read.
"""
import json
import os
import re
import sys
import xml.dom.minidom
from urllib.parse import unquote, urlsplit

from pages import Tap, files, read_tree

# Attributes whose address the browser fetches by itself; a plain link (a href) is only followed by people.
FETCHED = {('img', 'src'), ('script', 'src'), ('iframe', 'src'), ('source', 'src'), ('source', 'srcset'), ('img', 'srcset'),
           ('video', 'src'), ('audio', 'src'), ('object', 'data'), ('embed', 'src'), ('image', 'href'), ('use', 'href'),
           ('image', 'xlink:href'), ('use', 'xlink:href'), ('input', 'src'), ('track', 'src')}
FETCHED_RELS = {'stylesheet', 'icon', 'preload', 'prefetch', 'preconnect', 'dns-prefetch', 'modulepreload', 'manifest'}
DATA_BLOCKS = {'application/ld+json'}


class Page:
    def __init__(self, site, path):
        self.path = path
        self.root = read_tree(os.path.join(site, path))
        self.nodes = list(self.root.walk())
        self.ids = [n.attrs['id'] for n in self.nodes if 'id' in n.attrs]

    def duplicates(self):
        seen = set()
        for ident in self.ids:
            if ident in seen:
                yield f'{self.path}: id "{ident}" stands twice'
            seen.add(ident)

    def addresses(self):
        for node in self.nodes:
            for name in ('href', 'src', 'xlink:href', 'cite', 'data', 'action', 'poster'):
                if name in node.attrs and node.attrs[name] is not None:
                    yield node, name, node.attrs[name]

    def external(self):
        for node, name, address in self.addresses():
            fetched = (node.tag, name) in FETCHED
            if node.tag == 'link' and set((node.attrs.get('rel') or '').lower().split()) & FETCHED_RELS:
                fetched = True
            if fetched and (urlsplit(address).scheme not in ('', 'data') or address.startswith('//')):
                yield f'{self.path}:{node.line}: {node.tag} fetches {address}'

    def inline(self):
        for node in self.nodes:
            where = f'{self.path}:{node.line}'
            if 'style' in node.attrs:
                yield f'{where}: style attribute on {node.tag}'
            if node.tag == 'style':
                yield f'{where}: inline style'
            if node.tag == 'script' and 'src' not in node.attrs and node.attrs.get('type') not in DATA_BLOCKS:
                yield f'{where}: inline script'
            for name in node.attrs:
                if re.match(r'on[a-z]+$', name):
                    yield f'{where}: {name} attribute on {node.tag}'

    def frame(self):
        html = next(self.root.find('html'), None)
        if html is None or not html.attrs.get('lang'):
            yield f'{self.path}: no lang on html'
        if not any(n.text() for n in self.root.find('title')):
            yield f'{self.path}: no title'
        levels = [(int(n.tag[1]), n.line) for n in self.nodes if re.fullmatch('h[1-6]', n.tag)]
        if [level for level, _ in levels].count(1) != 1:
            yield f'{self.path}: {[level for level, _ in levels].count(1)} h1; one is expected'
        for (before, _), (after, line) in zip(levels, levels[1:]):
            if after > before + 1:
                yield f'{self.path}:{line}: h{after} after h{before}'


def target(page, address):
    """(file, anchor) inside the site that an address means, or None when it leads outside."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    path = unquote(parts.path)
    if path.startswith('/'):
        path = path.lstrip('/')
    elif path:
        path = os.path.normpath(os.path.join(os.path.dirname(page.path), path))
    else:
        path = page.path
    return path, unquote(parts.fragment)


def dead(site, pages):
    ids = {p.path: set(p.ids) for p in pages}
    for page in pages:
        for node, name, address in page.addresses():
            found = target(page, address)
            if found is None:
                continue
            path, anchor = found
            where = f'{page.path}:{node.line}: {address}'
            if path.startswith('..'):
                yield f'{where} leads out of the site'
                continue
            if os.path.isdir(os.path.join(site, path)):
                path = os.path.normpath(os.path.join(path, 'index.html'))
            if not os.path.isfile(os.path.join(site, path)):
                yield f'{where}: no such file'
            elif anchor and path in ids and anchor not in ids[path] and anchor != 'top':
                yield f'{where}: no such anchor'


def style_faults(site):
    for path in files(site, '.css'):
        with open(os.path.join(site, path), encoding='utf-8') as f:
            for match in re.finditer(r'@import[^;]*|url\(\s*["\']?(?!data:|#)([^)"\']*)', f.read()):
                address = match.group(1)
                if address is None or urlsplit(address).scheme or address.startswith('//'):
                    yield f'{path}: {match.group(0)}'
                elif not os.path.exists(os.path.join(site, os.path.dirname(path), address)):
                    yield f'{path}: {address}: no such file'


def unreadable(site):
    for path in files(site, '.json'):
        try:
            with open(os.path.join(site, path), encoding='utf-8') as f:
                json.load(f)
        except ValueError as error:
            yield f'{path}: {error}'
    for ending in ('.atom', '.xml', '.svg'):
        for path in files(site, ending):
            try:
                with open(os.path.join(site, path), encoding='utf-8') as f:
                    text = f.read()
                xml.dom.minidom.parseString(re.sub(r'<!DOCTYPE[^>\[]*(\[.*?\]\s*)?>', '', text, flags=re.S).encode())
            except Exception as error:  # any fault of the parser is a fault of the file
                yield f'{path}: {error}'


def orphans(site, pages):
    """Pages that no other page links to."""
    linked = {'index.html', '404.html'}
    for page in pages:
        for _, _, address in page.addresses():
            found = target(page, address)
            if found and found[0] != page.path:
                path = found[0]
                linked.add(os.path.normpath(os.path.join(path, 'index.html')) if os.path.isdir(os.path.join(site, path)) else path)
    return [f'{p.path}: no page links to it' for p in pages if p.path not in linked]


def main():
    site = sys.argv[1]
    tap = Tap()
    pages = [Page(site, path) for path in files(site, '.html')]
    every = lambda rule: [fault for page in pages for fault in rule(page)]
    tap.test(f'{len(pages)} pages were read', [] if len(pages) > 10 else ['too few'])
    tap.test('no duplicate id', every(Page.duplicates))
    tap.test('no dead link inside the site', dead(site, pages))
    tap.test('no external request', every(Page.external) + list(style_faults(site)))
    tap.test('no inline style or script', every(Page.inline))
    tap.test('language, title, one h1, headings in order', every(Page.frame))
    tap.test('every page is linked to', orphans(site, pages))
    tap.test('JSON, XML and the feed can be read', unreadable(site))
    tap.test('every image has a text', [f'{p.path}:{n.line}: img without alt' for p in pages for n in p.nodes
                                        if n.tag == 'img' and n.attrs.get('alt') is None])
    return tap.finish()


if __name__ == '__main__':
    sys.exit(main())
