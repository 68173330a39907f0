"""What the site tests share: reading pages and files of a published site. Standard library only."""
import os
from html.parser import HTMLParser

VOID = set('area base br col embed hr img input link meta source track wbr'.split())


class Node:
    """An element: tag, attributes, children (nodes and texts), line in the file."""

    def __init__(self, tag, attrs=(), line=0):
        self.tag, self.attrs, self.children, self.line = tag, dict(attrs), [], line

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def find(self, tag, **attrs):
        for node in self.walk():
            if node.tag == tag and all(node.attrs.get(k.replace('_', '-')) == v for k, v in attrs.items()):
                yield node

    def text(self, without=()):
        """All text below, elements named in `without` left out, blanks collapsed."""
        parts = []

        def collect(node):
            for child in node.children:
                if isinstance(child, str):
                    parts.append(child)
                elif child.tag not in without:
                    collect(child)

        collect(self)
        return ' '.join(''.join(parts).split())


class Reader(HTMLParser):
    """Builds a tree. Good for the XML files too: they are well-formed, and names differ only in case."""

    def __init__(self, xml=False):
        super().__init__(convert_charrefs=True)
        self.root = Node('')
        self.open = [self.root]
        self.xml = xml

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs, self.getpos()[0])
        self.open[-1].children.append(node)
        if self.xml or tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Node(tag, attrs, self.getpos()[0]))

    def handle_endtag(self, tag):
        for i in range(len(self.open) - 1, 0, -1):
            if self.open[i].tag == tag:
                del self.open[i:]
                return

    def handle_data(self, data):
        self.open[-1].children.append(data)


def read_tree(path):
    reader = Reader(path.endswith('.xml'))
    with open(path, encoding='utf-8') as f:
        reader.feed(f.read())
    reader.close()
    return reader.root


def files(site, ending):
    for folder, dirs, names in os.walk(site):
        dirs.sort()
        for name in sorted(names):
            if name.endswith(ending):
                yield os.path.relpath(os.path.join(folder, name), site)


class Tap:
    """Prints one TAP line per test, with the first faults of it."""

    def __init__(self):
        self.count = self.bad = 0

    def test(self, name, faults, skip=None):
        self.count += 1
        faults = list(faults)
        if skip:
            print(f'ok {self.count} - {name} # SKIP {skip}')
            return
        self.bad += bool(faults)
        print(f'{"not ok" if faults else "ok"} {self.count} - {name}')
        for fault in faults[:20]:
            print('# ' + str(fault)[:500])
        if len(faults) > 20:
            print(f'# ... and {len(faults) - 20} more')

    def finish(self):
        print(f'1..{self.count}')
        return 1 if self.bad else 0
