#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference page: page.py openapi.yaml err.def style.css assets.c

Renders the contract as HTML pages without a script, one in English and one in
Vietnamese (what the contract says in both; the rest in English), and puts
them, the style and the contract itself into a C file as byte arrays."""
import hashlib
import html
import json
import re
import sys

import yaml

METHODS = ('get', 'put', 'post', 'patch', 'delete', 'options')
VI = {
    'Operations': 'Các thao tác', 'more': 'Khác', 'Schemas': 'Kiểu dữ liệu',
    'Error codes': 'Mã lỗi', 'Scopes of programs': 'Phạm vi của chương trình',
    'Without an account.': 'Không cần tài khoản.',
    'Scope of a program: ': 'Phạm vi của chương trình: ',
    'by what is asked': 'tùy việc được yêu cầu', 'Parameters': 'Tham số',
    'Name': 'Tên', 'In': 'Ở', 'Notes': 'Ghi chú', 'Field': 'Trường',
    'Type': 'Kiểu', 'required': 'bắt buộc', 'Body': 'Nội dung gửi',
    'Answers': 'Trả lời', 'Example': 'Ví dụ', 'Code': 'Mã',
    'Status': 'Trạng thái', 'Retry': 'Thử lại', 'yes': 'có', 'no': 'không',
    'One of, by': 'Một trong, theo',
    'Stable; what is not retryable is refused again, unchanged.':
        'Không đổi; lỗi không thử lại được thì gửi lại vẫn bị từ chối.',
}
# What examples show, by the name of a field or parameter.
SHOWN = {
    'name': 'Ủy ban nhân dân xã An Mẫu', 'id': 'qlvb', 'client_id': 'qlvb',
    'paper': '0f0e0d0c0b0a09080706050403020100', 'person':
    '0c0b0a090807060504030201000f0e0d', 'old': 'mật khẩu đang dùng', 'new':
    'một mật khẩu khác', 'citizen': 'Nguyễn Văn Mẫu', 'case_code':
    '000.00.31.H99-260302-0001', 'title': 'CHỦ TỊCH', 'signer':
    'Trần Thị Mẫu', 'holder_fact': '012345678901', 'type': 'issue', 'size':
    22457, 'expires_in': 86400, 'series': 'di', 'key': 'di', 'period': 2026,
    'subject': 'V/v báo cáo quý I', 'code': 'H99.31',
    'agency': 'H99.31', 'old_code': '000.00.31.H99', 'notation': 'SKHCN-CĐS',
    'type_code': 'CV', 'type_name': 'Công văn', 'media_type':
    'application/pdf', 'login': 'van.thu', 'note': 'Đã xem', 'reason':
    'Thiếu phụ lục', 'text': 'Ủy quyền khi đi công tác', 'due_on':
    '2026-12-15', 'place': 'Mẫu', 'position': 'Văn thư', 'url':
    'https://qlvb.example/vanthu', 'mail': 'vanthu@xa.example', 'n': 1,
    'index': 12, 'q': 'báo cáo', 'number': '12', 'cursor':
    'AQAA…', 'next': None, 'language': 'vi', 'version': 1, 'after': 120,
    'wait': 25, 'limit': 50, 'origin': 'vanthu.example/log/6cd2e594eab61117',
    'Idempotency-Key': '3f0c6a2e9b7d4c1e', 'If-Match': '"3"',
    'Tus-Resumable': '1.0.0', 'Upload-Length': '22457', 'Upload-Offset': '0',
    'pin': '246810', 'password': 'một mật khẩu dài', 'value': 'MEUCIQ…',
    'page': 1, 'x': 90, 'y': 700, 'w': 120, 'h': 40,
}


def esc(text):
    return html.escape(str(text), quote=True)


def inline(text):
    """`code` and *emphasis* of the descriptions."""
    out = re.sub(r'`([^`]+)`', r'<code>\1</code>', esc(text))
    return re.sub(r'(?<!\w)\*([^*]+)\*(?!\w)', r'<em>\1</em>', out)


def prose(text):
    return ''.join('<p>%s</p>\n' % inline(' '.join(p.split()))
                   for p in re.split(r'\n\s*\n', (text or '').strip()) if p)


class Page:
    def __init__(self, doc, errors, vi=False):
        self.doc, self.errors, self.vi, self.out = doc, errors, vi, []

    def put(self, text):
        self.out.append(text)

    def w(self, text):
        """A word of the page itself."""
        return VI[text] if self.vi else text

    def said(self, node, key):
        """What the contract says, in Vietnamese when it does."""
        if self.vi and 'x-vi' in node:
            return node['x-vi']
        return node.get(key, '')

    def deref(self, node):
        """The node, and the name it is known by, or ''."""
        name = ''
        while '$ref' in node:
            path = node['$ref'][2:].split('/')
            name, node = path[-1], self.doc
            for part in path:
                node = node[part]
        return node, name

    def heads(self, *names):
        self.put('<table><thead><tr>%s</tr></thead><tbody>\n' % ''.join(
            '<th>%s</th>' % self.w(n) for n in names))

    # --- schemas ---

    def type_of(self, node):
        node, name = self.deref(node)
        if name and name[0].isupper() and (
                'properties' in node or 'oneOf' in node):
            return '<a href="#schema-%s">%s</a>' % (esc(name), esc(name))
        if 'const' in node:
            return '<code>%s</code>' % esc(json.dumps(node['const'],
                                                      ensure_ascii=False))
        kind = node.get('type', 'any')
        kinds = kind if isinstance(kind, list) else [kind]
        words = []
        for k in kinds:
            if k == 'array':
                words.append('array of ' + self.type_of(node.get('items',
                                                                 {})))
            else:
                words.append(esc(k))
        text = ' or '.join(words)
        if name:
            text += ' <span class="quiet">%s</span>' % esc(name)
        return text

    def limits(self, node):
        node, _ = self.deref(node)
        said = []
        if 'enum' in node:
            said.append('one of ' + ', '.join(
                '<code>%s</code>' % esc(v) for v in node['enum']))
        for key, words in (('minLength', 'at least %s characters'),
                           ('maxLength', 'at most %s characters'),
                           ('minItems', 'at least %s items'),
                           ('maxItems', 'at most %s items'),
                           ('minimum', 'from %s'), ('maximum', 'to %s')):
            if key == 'minLength' and node.get(key) == 1:
                said.append('not empty')
            elif key in node:
                said.append(words % node[key])
        if 'format' in node:
            said.append('format <code>%s</code>' % esc(node['format']))
        if 'pattern' in node:
            said.append('<code>%s</code>' % esc(node['pattern']))
        if 'default' in node:
            said.append('default <code>%s</code>' % esc(json.dumps(
                node['default'])))
        return ', '.join(said)

    def fields(self, node):
        """Rows for the fields of an object, nested ones below theirs."""
        rows = []

        def walk(node, prefix):
            node, _ = self.deref(node)
            if 'items' in node:
                inner, name = self.deref(node['items'])
                if not name:
                    walk(inner, prefix + '[]')
                return
            for part in node.get('allOf', []):
                walk(part, prefix)
            for key, sub in node.get('properties', {}).items():
                plain, name = self.deref(sub)
                rows.append((prefix + '/' + key,
                             key in node.get('required', []), sub,
                             plain.get('description', '')))
                if not name:
                    walk(plain, prefix + '/' + key)

        walk(node, '')
        if not rows:
            return
        self.heads('Field', 'Type', 'Notes')
        for path, required, sub, text in rows:
            notes = '; '.join(x for x in (
                self.w('required') if required else '', self.limits(sub),
                inline(' '.join(text.split()))) if x)
            self.put('<tr><td><code>%s</code></td><td>%s</td><td>%s</td>'
                     '</tr>\n' % (esc(path[1:]), self.type_of(sub), notes))
        self.put('</tbody></table>\n')

    def schema(self, node):
        node, name = self.deref(node)
        if 'oneOf' in node:
            self.put('<p>%s <code>%s</code>:</p>\n' % (
                self.w('One of, by'),
                esc(node['discriminator']['propertyName'])))
            for one in node['oneOf']:
                plain, _ = self.deref(one)
                self.put('<h5>%s</h5>\n%s' % (
                    esc(plain.get('title', '')),
                    prose(plain.get('description'))))
                self.fields(plain)
        elif name and name[0].isupper() and 'properties' in node:
            self.put('<p><a href="#schema-%s">%s</a></p>\n' %
                     (esc(name), esc(name)))
        else:
            self.fields(node)

    # --- examples ---

    def sample(self, node, name, whole):
        """A value that a schema takes; whole: with what may be left out."""
        node, known = self.deref(node)
        for key in ('example', 'const'):
            if key in node:
                return node[key]
        if node.get('examples') or node.get('enum'):
            return (node.get('examples') or node.get('enum'))[0]
        if 'oneOf' in node:
            return self.sample(node['oneOf'][0], name, whole)
        kinds = node.get('type', 'object')
        kind = kinds if isinstance(kinds, str) else kinds[0]
        if 'allOf' in node or kind == 'object':
            out = {}
            for part in node.get('allOf', []):
                out.update(self.sample(part, name, whole))
            for key, sub in node.get('properties', {}).items():
                if whole or key in node.get('required', []):
                    out[key] = self.sample(sub, key, whole)
            return out
        if kind == 'array':
            return [self.sample(node['items'], name, whole)
                    ] if 'items' in node else []
        if kind == 'string':
            return self.sample_text(node, name, known)
        if name in SHOWN and isinstance(SHOWN[name], int):
            return SHOWN[name]
        return {'integer': max(1, node.get('minimum', 1)), 'number': 1.5,
                'boolean': True, 'null': None}[kind]

    @staticmethod
    def sample_text(node, name, known):
        digest = hashlib.sha256(name.encode()).hexdigest()
        if re.fullmatch(r'\^\[0-9a-f\]\{\d+\}\$', node.get('pattern', '')):
            return digest[:int(node['pattern'].split('{')[1][:-2])]
        if node.get('format') == 'date-time' or known == 'Time' or \
                name.endswith('_at'):
            return '2026-03-02T08:00:00+07:00'
        if node.get('format') == 'date':
            return '2026-03-02'
        if node.get('format') == 'byte' or name in ('cbor', 'receipt'):
            return 'MIIB…'
        if name in SHOWN:
            return SHOWN[name]
        return '…'

    def command(self, path, method, op, listed):
        """The operation as curl would do it."""
        words = ['curl -f']
        if method not in ('get', 'post'):
            words[0] += ' -X ' + method.upper()
        heads = []
        if op.get('security', self.doc['security']) != []:
            heads.append('"Authorization: Bearer $TOKEN"')
        for p in listed:
            value = self.sample(p['schema'], p['name'], False)
            if p['name'] in SHOWN and p['in'] != 'path':
                value = SHOWN[p['name']]
            if p['in'] == 'path':
                path = path.replace('{%s}' % p['name'], str(value))
            elif p['in'] == 'header' and p.get('required'):
                heads.append("'%s: %s'" % (p['name'], value))
            elif p['in'] == 'query' and p.get('required'):
                path += '?%s=%s' % (p['name'], value)
        body = []
        if 'requestBody' in op:
            kind, media = next(iter(self.deref(op['requestBody'])[0][
                'content'].items()))
            if 'json' in kind or 'form' in kind:
                value = media.get('example') or next(
                    (e['value'] for e in media.get('examples', {}).values()),
                    None) or self.sample(media['schema'], '', False)
            if 'json' in kind:
                heads.append("'Content-Type: application/json'")
                body = ["-d '%s'" % json.dumps(value, ensure_ascii=False)]
            elif 'form' in kind:
                words[0] += ' -u "$CLIENT:$SECRET"'
                body = ["-d '%s=%s'" % kv for kv in value.items()]
            else:
                heads.append("'Content-Type: %s'" % (
                    'application/pdf' if kind == '*/*' else kind))
                body = ['--data-binary @FILE.pdf']
        elif method == 'post':
            words[0] += ' -X POST'
        words += ['-H ' + h for h in heads] + body + ['"$API%s"' % path]
        return ' \\\n    '.join(words)

    def shown(self, text):
        self.put('<details><summary>%s</summary><pre><code>%s</code></pre>'
                 '</details>\n' % (self.w('Example'), esc(text)))

    # --- operations ---

    def examples(self, media):
        found = dict(media.get('examples', {}))
        if 'example' in media:
            found['example'] = {'value': media['example']}
        for name, one in found.items():
            self.put('<h5>%s</h5><pre><code>%s</code></pre>\n' % (
                esc(name), esc(json.dumps(one['value'], indent=2,
                                          ensure_ascii=False))))

    def parameters(self, listed):
        if not listed:
            return
        self.put('<h4>%s</h4>' % self.w('Parameters'))
        self.heads('Name', 'In', 'Notes')
        for p in listed:
            notes = '; '.join(x for x in (
                self.w('required') if p.get('required') else '',
                self.limits(p['schema']),
                inline(' '.join(p.get('description', '').split()))) if x)
            self.put('<tr><td><code>%s</code></td><td>%s</td><td>%s</td>'
                     '</tr>\n' % (esc(p['name']), esc(p['in']), notes))
        self.put('</tbody></table>\n')

    def answers(self, responses):
        self.put('<h4>%s</h4><dl>\n' % self.w('Answers'))
        problems = []
        for status, node in sorted(responses.items()):
            node, _ = self.deref(node)
            if 'application/problem+json' in node.get('content', {}):
                problems.append(status)
                continue
            heads = ', '.join('<code>%s</code>' % esc(h)
                              for h in node.get('headers', {}))
            self.put('<dt>%s</dt><dd>%s%s\n' % (
                esc(status), inline(node['description']),
                ' (headers %s)' % heads if heads else ''))
            for kind, media in node.get('content', {}).items():
                self.put('<p><code>%s</code></p>\n' % esc(kind))
                if media.get('schema'):
                    self.schema(media['schema'])
                self.examples(media)
                if 'json' in kind and 'example' not in media:
                    self.shown(json.dumps(
                        self.sample(media['schema'], '', True), indent=2,
                        ensure_ascii=False))
            self.put('</dd>\n')
        if problems:
            self.put('<dt>%s</dt><dd><a href="#schema-Problem">Problem</a>, '
                     '<code>application/problem+json</code></dd>\n' %
                     ', '.join(problems))
        self.put('</dl>\n')

    def operation(self, path, method, op, shared):
        listed = [self.deref(p)[0] for p in shared + op.get('parameters', [])]
        self.put('<article id="%s">\n<h3><span class="method %s">%s</span> '
                 '<code>%s</code></h3>\n' % (
                     esc(op['operationId']), method, method.upper(),
                     esc(path)))
        self.put('<p class="lead">%s</p>\n' % inline(
            self.said(op, 'summary')))
        self.put(prose(op.get('description')))
        security = op.get('security', self.doc['security'])
        if security == []:
            self.put('<p class="quiet">%s</p>\n' %
                     self.w('Without an account.'))
        else:
            scopes = [s for one in security for v in one.values() for s in v]
            self.put('<p class="quiet">%s%s</p>\n' % (
                self.w('Scope of a program: '),
                '<code>%s</code>' % esc(scopes[0]) if scopes
                else self.w('by what is asked')))
        self.parameters(listed)
        if 'requestBody' in op:
            body, _ = self.deref(op['requestBody'])
            self.put('<h4>%s</h4>\n' % self.w('Body'))
            for kind, media in body['content'].items():
                self.put('<p><code>%s</code></p>\n' % esc(kind))
                if media.get('schema'):
                    self.schema(media['schema'])
                self.examples(media)
        self.shown(self.command(path, method, op, listed))
        self.answers(op['responses'])
        self.put('</article>\n')

    def render(self):
        doc = self.doc
        ops = [(p, m, item[m], item.get('parameters', []))
               for p, item in doc['paths'].items()
               for m in item if m in METHODS]
        self.put('<!DOCTYPE html>\n<html lang="%s">\n<head>\n'
                 '<meta charset="utf-8">\n<meta name="viewport" '
                 'content="width=device-width, initial-scale=1">\n'
                 '<title>%s API %s</title>\n<link rel="stylesheet" '
                 'href="/docs/style.css">\n</head>\n<body>\n' %
                 ('vi' if self.vi else 'en', esc(doc['info']['title']),
                  esc(doc['info']['version'])))
        self.put('<nav aria-label="%s"><p><a href="#top">vanthu</a> '
                 '· <a href="/docs/openapi.yaml">openapi.yaml</a> · %s</p>\n'
                 % (self.w('Operations'),
                    '<a href="/docs" lang="en">English</a>' if self.vi else
                    '<a href="/docs/vi" lang="vi">Tiếng Việt</a>'))
        for tag in doc['tags']:
            self.put('<h2>%s</h2><ul>\n' % esc(self.said(tag, 'name')))
            for path, method, op, _ in ops:
                if tag['name'] in op['tags']:
                    self.put('<li><a href="#%s"><span class="method %s">%s'
                             '</span> %s</a></li>\n' % (
                                 esc(op['operationId']), method,
                                 method.upper(), esc(path)))
            self.put('</ul>\n')
        self.put('<h2>%s</h2><ul><li><a href="#schemas">%s</a></li>'
                 '<li><a href="#errors">%s</a></li></ul></nav>\n'
                 '<main id="top">\n<h1>%s API</h1>\n' % (
                     self.w('more'), self.w('Schemas'),
                     self.w('Error codes'), esc(doc['info']['title'])))
        self.put(prose(self.said(doc['info'], 'description')))
        schemes = doc['components']['securitySchemes']
        self.put('<h2>%s</h2><dl>\n' % self.w('Scopes of programs'))
        for flow in schemes['oauth']['flows'].values():
            for scope, text in flow['scopes'].items():
                self.put('<dt><code>%s</code></dt><dd>%s</dd>\n' %
                         (esc(scope), inline(text)))
        self.put('</dl>\n')
        for tag in doc['tags']:
            self.put('<h2>%s</h2>\n%s' % (
                esc(self.said(tag, 'name')), prose(tag.get('description'))))
            for path, method, op, shared in ops:
                if tag['name'] in op['tags']:
                    self.operation(path, method, op, shared)
        self.put('<h2 id="schemas">%s</h2>\n' % self.w('Schemas'))
        for name, node in doc['components']['schemas'].items():
            if 'properties' not in node and 'oneOf' not in node:
                continue
            self.put('<article id="schema-%s"><h3>%s</h3>\n%s' % (
                esc(name), esc(name), prose(node.get('description'))))
            if 'oneOf' in node:
                self.schema(node)
            else:
                self.fields(node)
            self.put('</article>\n')
        self.put('<h2 id="errors">%s</h2>\n<p>%s</p>\n' % (
            self.w('Error codes'),
            self.w('Stable; what is not retryable is refused again, '
                   'unchanged.')))
        self.put('<table><thead><tr><th>%s</th><th>%s</th><th>%s</th>'
                 '<th>English</th><th lang="vi">Tiếng Việt</th></tr></thead>'
                 '<tbody>\n' % (self.w('Code'), self.w('Status'),
                                self.w('Retry')))
        for slug, status, retry, vi, en in self.errors:
            self.put('<tr><td><code>%s</code></td><td>%s</td><td>%s</td>'
                     '<td>%s</td><td lang="vi">%s</td></tr>\n' % (
                         esc(slug), status, self.w('yes' if retry else 'no'),
                         esc(en), esc(vi)))
        self.put('</tbody></table>\n</main>\n</body>\n</html>\n')
        return ''.join(self.out)


def read_errors(path):
    with open(path, encoding='utf-8') as f:
        text = re.sub(r'/\*.*?\*/', '', f.read(), flags=re.S)
    rows = []
    string = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    for m in re.finditer(r'VT_ERR\(\s*\w+\s*,\s*"([^"]+)"\s*,\s*(\d+)\s*,'
                         r'\s*\d+\s*,\s*\w+\s*,\s*(true|false)\s*,\s*' +
                         string + r',\s*' + string + r'\)', text):
        vi, en = (''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', s))
                  for s in m.groups()[3:])
        rows.append((m.group(1), m.group(2), m.group(3) == 'true', vi, en))
    if len(rows) != len(re.findall(r'\bVT_ERR\(', text)):
        sys.exit('%s: a row was not understood' % path)
    return rows


def c_array(name, data):
    lines = [', '.join('%d' % b for b in data[i:i + 16])
             for i in range(0, len(data), 16)]
    return ('static const uint8_t %s_bytes[] = {\n\t%s\n};\n'
            'const struct vt_span vt_docs_%s = { %s_bytes, '
            'sizeof(%s_bytes) };\n' % (name, ',\n\t'.join(lines), name, name,
                                       name))


def main():
    source, errors, style, target = sys.argv[1:5]
    with open(source, 'rb') as f:
        contract = f.read()
    with open(style, 'rb') as f:
        css = f.read()
    doc, rows = yaml.safe_load(contract), read_errors(errors)
    with open(target, 'w', encoding='ascii') as f:
        f.write('/* Made from the contract by api/docs/page.py. */\n'
                '#include "api/docs/docs_priv.h"\n\n')
        f.write(c_array('page', Page(doc, rows).render().encode()))
        f.write(c_array('page_vi', Page(doc, rows, True).render().encode()))
        f.write(c_array('style', css))
        f.write(c_array('contract', contract))


if __name__ == '__main__':
    main()
