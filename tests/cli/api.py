"""What 405-api.sh asks of the server. Run in a folder with s.db, the store, and site; prints lines "ok NAME" and "not ok NAME"."""
import http.client
import json
import re
import signal
import subprocess
import sys
import urllib.parse

CM = sys.argv[1]
ROOT = '/api/v1'
server = subprocess.Popen([CM, 'serve', '--site', 'site', '--http', '127.0.0.1:0', '--url', 'https://web.example'], stdout=subprocess.PIPE, text=True)
asked = []
PORT = int(re.search(r'http://[^:/\s]+:(\d+)/', server.stdout.readline()).group(1))


def tell(name, good, why=''):
    print(f'{"ok" if good else "not ok"} {name}')
    if not good:
        print(str(why)[:1500])
    sys.stdout.flush()


def ask(method, path, body=None, **fields):
    c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=20)
    asked.append(path)  # each from another address, so that no rate is reached
    fields = {'Host': 'web.example', 'X-Forwarded-For': f'10.0.{len(asked) >> 8}.{len(asked) & 255}'} | {k.replace('_', '-'): v for k, v in fields.items() if v is not None}
    c.request(method, path, body=body, headers=fields)
    a = c.getresponse()
    a.text = a.read().decode()
    c.close()
    return a


def api(method, path, token=None, value=None, **fields):
    if token:
        fields['Authorization'] = f'Bearer {token}'
    if value is not None:
        fields.setdefault('Content_Type', 'application/json')
    a = ask(method, ROOT + path, None if value is None else value if isinstance(value, (str, bytes)) else json.dumps(value), **fields)
    a.value = json.loads(a.text) if a.text else None
    return a


class Person:
    def __init__(self, address):
        said = subprocess.run([CM, 'member', 'link', address, '--url', 'https://web.example'], capture_output=True, text=True).stdout
        path = re.search(r'/login/[a-z2-7]+', said).group()
        first = ask('GET', path)
        self.cookie = first.getheader('Set-Cookie').split(';')[0]
        a = self.send(path, first.text)
        self.cookie = a.getheader('Set-Cookie').split(';')[0]

    def send(self, path, page, **values):
        proof = re.search(r'name="proof" value="([^"]*)"', page).group(1)
        return ask('POST', path, urllib.parse.urlencode({'proof': proof} | values), Cookie=self.cookie, Content_Type='application/x-www-form-urlencoded')

    def make(self, **values):
        return self.send('/account/tokens', ask('GET', '/account/tokens', Cookie=self.cookie).text, **({'name': 'a test', 'scope': '*', 'days': '9'} | values))

    def token(self, **values):
        return re.search('cm_[a-z2-7]{26}', self.make(**values).text).group()


def is_problem(a, status, detail=''):
    return a.status == status and a.getheader('Content-Type') == 'application/problem+json' and a.value['status'] == status and \
        a.value['title'] and detail in json.dumps(a.value)


try:
    description = api('GET', '/openapi.json')
    doc = description.value
    tell('the description is OpenAPI', description.status == 200 and doc['openapi'].startswith('3.1'))

    def references(value):
        if isinstance(value, dict):
            yield from ([value['$ref']] if '$ref' in value else [])
            for v in value.values():
                yield from references(v)
        elif isinstance(value, list):
            for v in value:
                yield from references(v)

    def resolve(reference):
        at = doc
        for part in reference.removeprefix('#/').split('/'):
            at = at[part]
        return at

    tell('its references lead to something', all(resolve(r) for r in references(doc)))
    names = [o['operationId'] for p in doc['paths'].values() for o in p.values()]
    tell('each operation has a name of its own', len(names) == len(set(names)) > 60, names)
    actions = {p.removeprefix('/acts/') for p in doc['paths'] if p.startswith('/acts/')}
    tell('acts of each family are in it', {'threat.propose', 'round.close', 'call.close', 'role.give', 'edition.new', 'hold.approve'} <= actions)

    # Nobody.
    faults = []
    for path, operations in doc['paths'].items():
        filled = re.sub(r'\{\w+\}', 'X-1', path)
        for method, operation in operations.items():
            a = api(method.upper(), filled, value={} if method == 'post' else None)
            wanted = [401, 403] if operation['security'] else [200, 404, 422]
            if a.status not in wanted:
                faults.append((method, path, a.status))
            if a.status == 401 and 'Bearer' not in (a.getheader('WWW-Authenticate') or ''):
                faults.append((path, 'no challenge'))
    tell('without a token nothing is done and nothing private read', not faults, faults)

    rosa, ada = Person('rosa@example.org'), Person('ada@example.org')
    for values, why in (({'name': ''}, 'what it is for'), ({'days': '0'}, '1 to 366'), ({'days': '999'}, '1 to 366'), ({'scope': 'all'}, 'neither an act'),
                        ({'scope': 'threat.eat'}, 'no act'), ({'scope': '*.edit'}, 'neither')):
        a = rosa.make(**values)
        tell(f'no token with {values}', a.status == 422 and why in a.text and 'cm_' not in re.sub('cm_\\.\\.\\.', '', a.text), a.text)
    made = rosa.make(scope='threat.* position.take', name='<b>Robot</b>')
    token = re.search('cm_[a-z2-7]{26}', made.text).group()
    page = ask('GET', '/account/tokens', Cookie=rosa.cookie).text
    tell('a token is shown once', token not in page and '&lt;b&gt;Robot' in page and '<b>Robot' not in page, page)
    tell('and kept as a digest only', token[3:].encode() not in open('s.db', 'rb').read() + open('s.db-wal', 'rb').read())
    me = api('GET', '/me', token)
    tell('it says who it is for', me.value['name'] == 'Rosa' and 'editor' in me.value['roles'] and 'threat.merge' in me.value['acts'] and
         'round.open' not in me.value['acts'] and me.getheader('Cache-Control') == 'private, no-store', me.text)

    # Scopes and roles.
    proposed = api('POST', '/acts/threat.propose', token, {'name': 'Gate sings', 'abstract': 'It sings\nat night.', 'area': ['transport']})
    tell('an act is done', proposed.status == 200 and proposed.value['changed'] and re.fullmatch(r'T-\d+', proposed.value['id']), proposed.text)
    new = proposed.value['id']
    tell('and is in the record as by web', (e := api('GET', f'/record?after={proposed.value["event"] - 1}').value['events'][0])['name'] == 'Rosa' and
         e['action'] == 'threat.propose' and e['source'] == 'web', e)
    tell('an act beyond the scope is refused', is_problem(api('POST', '/acts/review.withdraw', token, {'review': 'V-1', 'reason': 'x'}), 403, 'scope'))
    tell('an act beyond the roles is refused', is_problem(api('POST', '/acts/round.close', rosa.token(), {'round': 'R-1'}), 403, 'role'))
    reader = ada.token(scope='')
    tell('a token for reading acts on nothing', is_problem(api('POST', '/acts/threat.propose', reader, {'name': 'x', 'abstract': 'y'}), 403, 'scope') and
         api('GET', '/me', reader).value['acts'] == [])
    all_of_ada = ada.token()
    tell('a token gives no right that its member has not', is_problem(api('POST', '/acts/threat.merge', all_of_ada, {'threat': new, 'into': 'T-0001', 'reason': 'x'}), 403))
    tell('a cookie acts on nothing here', is_problem(ask_cookie := api('POST', '/acts/threat.propose', None, {'name': 'x', 'abstract': 'y'}, Cookie=rosa.cookie), 401), ask_cookie.text)
    tell('nor reads', is_problem(api('GET', '/me', None, Cookie=rosa.cookie), 401))
    tell('a token is no cookie', ask('GET', '/account', Cookie=f'__Host-casemate={token[3:]}').status == 303)
    for name, field in (('of another form', 'Basic eDp5'), ('empty', 'Bearer '), ('wrong', 'Bearer cm_' + 'a' * 26), ('long', 'Bearer ' + 'a' * 4000),
                        ('a session', 'Bearer ' + rosa.cookie.split('=')[1])):
        tell(f'a token that is {name} gets 401 everywhere', is_problem(api('GET', '/threats', Authorization=field), 401))

    # Values.
    bad = api('POST', '/acts/threat.merge', token, {'threat': 5.5, 'intro': 'T-0001', 'reason': 'a\x01b'})
    fields = {e['field'] for e in bad.value['errors']}
    tell('all faults of a body at once', is_problem(bad, 422) and fields == {'threat', 'intro', 'into', 'reason'}, bad.text)
    tell('what does not exist is a fault of the value', is_problem(api('POST', '/acts/threat.advance', token, {'threat': 'T-9999'}), 422, 'T-9999'))
    tell('a rule that refuses is a conflict', is_problem(api('POST', '/acts/threat.advance', token, {'threat': new, 'to': 'reviewed'}), 409))
    was = {'threat': new, 'field': 'abstract', 'text': 'It sings all night.', 'was': 'Another text.'}
    tell('a text that is another one now is a conflict', is_problem(api('POST', '/acts/threat.edit', token, was), 409, 'read it again'))
    tell('and none is an edit', api('POST', '/acts/threat.edit', token, was | {'was': 'It sings\nat night.'}).status == 200)
    again = api('POST', '/acts/threat.edit', token, {k: was[k] for k in ('threat', 'field', 'text')})
    tell('the same again changes nothing', again.status == 200 and again.value['changed'] is False and 'event' not in again.value, again.text)
    for name, body in (('no JSON', '{"threat":'), ('no object', '[]'), ('deep', '[' * 5000 + ']' * 5000), ('a name twice', '{"threat":"a","threat":"b"}'),
                       ('not UTF-8', b'{"threat":"\xff"}'), ('empty', '')):
        tell(f'a body that is {name}', is_problem(a := api('POST', '/acts/threat.advance', token, body, Content_Type='application/json'), 400), (a.status, a.text))
    tell('a form is no body', is_problem(a := api('POST', '/acts/threat.advance', token, 'threat=T-0001', Content_Type='application/x-www-form-urlencoded'), 415), (a.status, a.text))
    tell('nor is what is too large', ask('POST', ROOT + '/acts/threat.advance', None, Content_Length='300000', Content_Type='application/json').status == 413)
    tell('an act that is none', is_problem(api('POST', '/acts/threat.eat', token, {}), 404))

    # Reading: every answer by its schema, in the arena of what there is.
    try:
        import jsonschema
    except ImportError:
        jsonschema = None

    def by_schema(a, path, method='get'):
        schema = doc['paths'][path][method]['responses'][str(a.status)]['content'][a.getheader('Content-Type')]['schema']
        jsonschema.validate(a.value, {'$ref': schema['$ref'], 'components': doc['components']})
        return True

    subprocess.run([CM, 'round', 'open', 'T-0001', '--now', '2026-11-22'], check=True, capture_output=True)
    subprocess.run([CM, 'call', 'open', 'process', '--question', 'Ours?', '--now', '2026-11-22'], check=True, capture_output=True)
    estimate = {'threat': 'T-0001', 'likelihood': 'high', 'because': 'canaryestimate of somebody'}
    given = api('POST', '/acts/estimate.give', all_of_ada, estimate)
    tell('an estimate is given', given.status == 200, given.text)
    taken = api('POST', '/acts/position.take', token, {'call': 'C-1', 'position': 'object', 'reason': 'Not yet.'})
    tell('a position is taken', taken.status == 200, taken.text)
    paths = {'/threats': '/threats?limit=3', '/threats/{threat}': '/threats/T-0001', '/rounds': '/rounds', '/rounds/{round}': '/rounds/R-1', '/calls': '/calls',
             '/calls/{call}': '/calls/C-1', '/decisions': '/decisions', '/due': '/due', '/record': '/record?limit=2', '/search': '/search?q=starttls'}
    tell('every address for reading is asked', set(paths) | {'/me'} == {p for p, o in doc['paths'].items() if 'get' in o})
    got = {p: api('GET', real) for p, real in paths.items()}
    for path, a in got.items():
        if not jsonschema:
            print(f'skip {path} by its schema')
        else:
            try:
                tell(f'{path} is by its schema', a.status == 200 and by_schema(a, path), (a.status, a.text))
            except jsonschema.ValidationError as e:
                tell(f'{path} is by its schema', False, e)
    if jsonschema:
        tell('so is an act, and a problem', by_schema(taken, '/acts/position.take', 'post') and by_schema(bad, '/acts/threat.merge', 'post'))
    tell('the threat has its texts and its tree', got['/threats/{threat}'].value['threats'][0]['id'] == 'T-0001' and 'attack' in got['/threats/{threat}'].text)
    tell('the call has its objection', 'Not yet.' in got['/calls/{call}'].text)
    found = api('GET', '/search?q=ours').value
    tell('a search finds calls by what was said in them', any(h['page'] == '/calls/C-1' for h in found['calls']) and
         any(h['page'] == '/calls/C-1' for h in api('GET', '/search?q=%22Not+yet%22').value['calls']), found)
    tell('and cited documents', any(h['page'] == '/documents/RFC-6120.html' for h in api('GET', '/search?q=rfc+6120').value['documents']))
    tell('an open estimate is nowhere', not any('canaryestimate' in a.text for a in got.values()) and
         'canaryestimate' not in api('GET', f'/record?after={given.value["event"] - 1}').text)
    tag = got['/threats'].getheader('ETag')
    tell('what did not change is not sent again', tag and (a := ask('GET', ROOT + '/threats', If_None_Match=tag)).status == 304 and a.text == '')
    api('POST', '/acts/threat.edit', token, was | {'was': '', 'text': 'It sings.'})
    tell('what did change is', ask('GET', ROOT + '/threats', If_None_Match=tag).status == 200)
    tied = api('GET', '/threats/T-0001')
    mail = 'From: Ada <ada@example.org>\nTo: sec@example.org\nSubject: Re: Stripping\nMessage-ID: <2@m>\nIn-Reply-To: <1@m>\n\nMore.\n'
    subprocess.run([CM, 'deliver', 'sec@example.org', '--sender', 'ada@example.org', '--now', '2026-11-22'], input=mail, text=True, check=True)
    later = api('GET', '/threats/T-0001', If_None_Match=tied.getheader('ETag'))
    counts = [sum(t['messages'] for t in a.value['threats'][0]['discussion']) for a in (tied, later) if a.value]
    tell('a mail in its discussion changes a threat, too, though it is no event', later.status == 200 and counts == [1, 2], (later.status, counts))
    seen, path = [], '/threats?limit=40'
    while path:
        page = api('GET', path).value
        seen += [t['id'] for t in page['threats']]
        path = page.get('next', '').removeprefix(ROOT)
    tell('the pages together are the register, each threat once', len(seen) == len(set(seen)) > 100 and seen == sorted(seen), seen)
    seen, path = [], '/record?limit=3'
    while path:
        page = api('GET', path).value
        seen += [e['event'] for e in page['events']]
        path = page.get('next', '').removeprefix(ROOT)
    tell('and the record', seen == list(range(1, len(seen) + 1)) and len(seen) > 8, seen)
    tell('a filter filters', all('transport' in t['areas'] for t in api('GET', '/threats?area=transport&limit=200').value['threats']))
    for query in ('/threats?stage=none', '/threats?area=none', '/threats?limit=0', '/threats?limit=9999', '/threats?after=T-9999', '/threats?colour=red',
                  '/record?after=x', '/search', '/search?q=after%3Ax', '/search?q=a&below=x', '/rounds?x=1'):
        tell(f'a wrong query: {query}', is_problem(a := api('GET', query), 422), (a.status, a.text))
    tell('HEAD has no body', (a := ask('HEAD', ROOT + '/threats')).status == 200 and a.text == '' and int(a.getheader('Content-Length')) > 1000)
    tell('other methods are named', (a := ask('DELETE', ROOT + '/threats')).status == 405 and a.getheader('Allow') == 'GET, HEAD')
    tell('another host is none of ours', ask('GET', ROOT + '/threats', Host='evil.example').status == 421)

    # The end of tokens.
    ended = rosa.token(name='Old')
    page = ask('GET', '/account/tokens', Cookie=rosa.cookie).text
    row = re.search(r'<b>Old</b>.*?name="end" value="(\d+)"', page, re.S).group(1)
    tell('another member cannot end it', ada.send('/account/tokens', ask('GET', '/account/tokens', Cookie=ada.cookie).text, end=row).status == 404 and
         api('GET', '/me', ended).status == 200)
    tell('its member can', rosa.send('/account/tokens', page, end=row).status == 303 and is_problem(api('GET', '/me', ended), 401))
    api('POST', '/acts/member.leave', all_of_ada, {})
    tell('who leaves has none any more', is_problem(api('GET', '/me', all_of_ada), 401) and is_problem(api('GET', '/me', reader), 401))
    print('1..')
finally:
    server.send_signal(signal.SIGINT)
    server.wait(20)
