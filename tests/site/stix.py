#!/usr/bin/env python3
"""stix.py BUNDLE.json...: the rules of STIX 2.1 (OASIS Standard, 10 June 2021) that a bundle of ours can break.
Written from the specification; numbers are its sections. Prints TAP."""
import json, re, sys

TYPES = {  # required properties beside the common ones (4.x, 5.1, 7.2, 7.3)
    'identity': ['name'], 'attack-pattern': ['name'], 'course-of-action': ['name'],
    'relationship': ['relationship_type', 'source_ref', 'target_ref'],
    'marking-definition': ['definition_type', 'definition'],
    'extension-definition': ['name', 'schema', 'version', 'extension_types'],
}
OPTIONAL = {  # 4.1, 4.4, 4.5, 5.1, 7.2, 7.3, and common (3.2)
    'identity': ['description', 'identity_class', 'contact_information', 'sectors', 'roles'],
    'attack-pattern': ['description', 'aliases', 'kill_chain_phases'],
    'course-of-action': ['description'],
    'relationship': ['description', 'start_time', 'stop_time'],
    'marking-definition': ['name'],
    'extension-definition': ['description', 'extension_properties'],
}
COMMON = ['type', 'spec_version', 'id', 'created_by_ref', 'created', 'modified', 'revoked', 'labels', 'confidence', 'lang',
          'external_references', 'object_marking_refs', 'granular_markings', 'extensions']
CLASSES = ['individual', 'group', 'system', 'organization', 'class', 'unknown']  # 10.7
RELATIONS = {  # 4.1.3, 4.4.3, and those of all objects (5.1 and 3.8)
    ('course-of-action', 'mitigates', 'attack-pattern'),
    ('attack-pattern', 'related-to', 'attack-pattern'), ('attack-pattern', 'derived-from', 'attack-pattern'),
    ('attack-pattern', 'duplicate-of', 'attack-pattern'),
}
UUID = r'[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
TIME = re.compile(r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$')
faults, count = [], 0


def holds(true, o, what):
    if not true:
        faults.append(f"{o.get('id', '?')}: {what}")


def no_empty(o, v, at=''):  # 2.9, 3.1: lists and objects have members; null is no value
    if isinstance(v, (list, dict)):
        holds(v, o, f'{at} is empty')
        for k, x in (v.items() if isinstance(v, dict) else enumerate(v)):
            no_empty(o, x, f'{at}.{k}')
    else:
        holds(v is not None and v != '', o, f'{at} is empty')


def tell(name):
    global count
    count += 1
    print(f"{'not ' if faults else ''}ok {count} - {name}")
    for f in faults[:5]:
        print('#', f)
    faults.clear()



def check(path):
    bundle = json.load(open(path))
    objects = bundle['objects']
    by_id = {o['id']: o for o in objects}
    holds(set(bundle) == {'type', 'id', 'objects'} and bundle['type'] == 'bundle', bundle, 'type, id and objects')
    holds(re.fullmatch('bundle--' + UUID, bundle['id']), bundle, 'id')
    holds(len(by_id) == len(objects), bundle, 'two objects with one id')
    holds(len({i.split('--')[1] for i in by_id}) == len(objects), bundle, 'a UUID used for two types')
    tell(path + ': the bundle, and identifiers that are unique whatever the type (2.9, 8)')
    for o in objects:
        no_empty(o, {k: v for k, v in o.items()})
        holds(o['type'] in TYPES, o, 'type')
        holds(re.fullmatch(o['type'] + '--' + UUID, o['id']), o, 'id')
        holds(o['spec_version'] == '2.1', o, 'spec_version')
        for p in TYPES[o['type']] + ['created'] + (['modified'] if o['type'] != 'marking-definition' else []):
            holds(p in o, o, f'{p} is missing')
        for p in o:
            holds(p in COMMON + TYPES[o['type']] + OPTIONAL[o['type']], o, f'{p} is not a property')
            holds(re.fullmatch('[a-z0-9_]{2,250}', p), o, f'{p} as a name')
    tell(path + ': required properties, and no others (3.1, 3.2, 4, 5, 7)')
    for o in objects:
        for p in ('created', 'modified'):
            holds(p not in o or TIME.match(o[p]), o, f'{p}: {o.get(p)}')
        holds('modified' not in o or o['created'] <= o['modified'], o, 'modified before it was created')
    tell(path + ': timestamps have three digits of a second and a Z; nothing is modified before it is created (2.16, 3.2)')
    for o in objects:
        for p in [k for k in o if k.endswith('_ref')]:
            holds(o[p] in by_id, o, f'{p} leads nowhere')
        for ref in o.get('object_marking_refs', []):
            holds(by_id.get(ref, {}).get('type') == 'marking-definition', o, 'marking')
        if 'created_by_ref' in o:
            holds(by_id[o['created_by_ref']]['type'] == 'identity', o, 'created by')
    tell(path + ': references lead to objects of the bundle, of the right type')
    for o in objects:
        if o['type'] == 'identity':
            holds(o['identity_class'] in CLASSES, o, 'identity_class')
        if o['type'] == 'marking-definition':
            holds(o['definition_type'] == 'statement' and list(o['definition']) == ['statement'], o, 'definition')
        if o['type'] == 'relationship':
            three = (by_id[o['source_ref']]['type'], o['relationship_type'], by_id[o['target_ref']]['type'])
            holds(three in RELATIONS, o, f'{three}')
        if o['type'] == 'extension-definition':
            holds(re.fullmatch(r'\d+\.\d+\.\d+', o['version']), o, 'version')
            holds(o['extension_types'] == ['property-extension'] and o.get('created_by_ref'), o, 'extension_types')
        for key, e in o.get('extensions', {}).items():
            holds(by_id.get(key, {}).get('type') == 'extension-definition', o, 'extension')
            holds(e['extension_type'] == 'property-extension', o, 'extension_type')
            for p in e:
                holds(re.fullmatch('[a-z0-9_]{3,250}', p), o, f'{p} as a name')
        for r in o.get('external_references', []):
            holds('source_name' in r and set(r) & {'description', 'url', 'external_id'}, o, 'external reference')
            holds(set(r) <= {'source_name', 'description', 'url', 'external_id', 'hashes'}, o, 'external reference')
    tell(path + ': vocabularies, relations, extensions and external references (2.5, 2.7, 3.8, 7.3, 10.7)')
    patterns = {o['external_references'][0]['external_id']: o for o in objects if o['type'] == 'attack-pattern'}
    holds(patterns, bundle, 'no threats')
    for o in objects:
        if o['type'] == 'course-of-action':
            holds(any(r.get('source_ref') == o['id'] and r['relationship_type'] == 'mitigates' for r in objects
                      if r['type'] == 'relationship'), o, 'mitigates nothing')
    tell(path + ': what helps mitigates something')


for path in sys.argv[1:]:
    check(path)
print(f'1..{count}')
