#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference page: page.py openapi.yaml err.def style.css assets.c

Renders the contract as one HTML page without a script, and puts page, style
and the contract itself into a C file as byte arrays."""
import html
import json
import re
import sys

import yaml

METHODS = ('get', 'put', 'post', 'patch', 'delete', 'options')


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
    def __init__(self, doc, errors):
        self.doc, self.errors, self.out = doc, errors, []

    def put(self, text):
        self.out.append(text)

    def deref(self, node):
        """The node, and the name it is known by, or ''."""
        name = ''
        while '$ref' in node:
            path = node['$ref'][2:].split('/')
            name, node = path[-1], self.doc
            for part in path:
                node = node[part]
        return node, name

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
            if key in node:
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
        self.put('<table><thead><tr><th>Field</th><th>Type</th>'
                 '<th>Notes</th></tr></thead><tbody>\n')
        for path, required, sub, text in rows:
            notes = '; '.join(x for x in (
                'required' if required else '', self.limits(sub),
                inline(' '.join(text.split()))) if x)
            self.put('<tr><td><code>%s</code></td><td>%s</td><td>%s</td>'
                     '</tr>\n' % (esc(path[1:]), self.type_of(sub), notes))
        self.put('</tbody></table>\n')

    def schema(self, node):
        node, name = self.deref(node)
        if 'oneOf' in node:
            self.put('<p>One of, by <code>%s</code>:</p>\n' % esc(
                node['discriminator']['propertyName']))
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
        self.put('<h4>Parameters</h4><table><thead><tr><th>Name</th>'
                 '<th>In</th><th>Notes</th></tr></thead><tbody>\n')
        for p in listed:
            notes = '; '.join(x for x in (
                'required' if p.get('required') else '',
                self.limits(p['schema']),
                inline(' '.join(p.get('description', '').split()))) if x)
            self.put('<tr><td><code>%s</code></td><td>%s</td><td>%s</td>'
                     '</tr>\n' % (esc(p['name']), esc(p['in']), notes))
        self.put('</tbody></table>\n')

    def answers(self, responses):
        self.put('<h4>Answers</h4><dl>\n')
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
        self.put('<p class="lead">%s</p>\n' % inline(op['summary']))
        self.put(prose(op.get('description')))
        security = op.get('security', self.doc['security'])
        if security == []:
            self.put('<p class="quiet">Without an account.</p>\n')
        else:
            scopes = [s for one in security for v in one.values() for s in v]
            self.put('<p class="quiet">Scope of a program: %s</p>\n' % (
                '<code>%s</code>' % esc(scopes[0]) if scopes
                else 'by what is asked'))
        self.parameters(listed)
        if 'requestBody' in op:
            body, _ = self.deref(op['requestBody'])
            self.put('<h4>Body</h4>\n')
            for kind, media in body['content'].items():
                self.put('<p><code>%s</code></p>\n' % esc(kind))
                if media.get('schema'):
                    self.schema(media['schema'])
                self.examples(media)
        self.answers(op['responses'])
        self.put('</article>\n')

    def render(self):
        doc = self.doc
        ops = [(p, m, item[m], item.get('parameters', []))
               for p, item in doc['paths'].items()
               for m in item if m in METHODS]
        self.put('<!DOCTYPE html>\n<html lang="en">\n<head>\n'
                 '<meta charset="utf-8">\n<meta name="viewport" '
                 'content="width=device-width, initial-scale=1">\n'
                 '<title>%s API %s</title>\n<link rel="stylesheet" '
                 'href="/docs/style.css">\n</head>\n<body>\n' %
                 (esc(doc['info']['title']), esc(doc['info']['version'])))
        self.put('<nav aria-label="Operations"><p><a href="#top">vanthu</a> '
                 '· <a href="/docs/openapi.yaml">openapi.yaml</a></p>\n')
        for tag in doc['tags']:
            self.put('<h2>%s</h2><ul>\n' % esc(tag['name']))
            for path, method, op, _ in ops:
                if tag['name'] in op['tags']:
                    self.put('<li><a href="#%s"><span class="method %s">%s'
                             '</span> %s</a></li>\n' % (
                                 esc(op['operationId']), method,
                                 method.upper(), esc(path)))
            self.put('</ul>\n')
        self.put('<h2>more</h2><ul><li><a href="#schemas">Schemas</a></li>'
                 '<li><a href="#errors">Error codes</a></li></ul></nav>\n'
                 '<main id="top">\n<h1>%s API</h1>\n' %
                 esc(doc['info']['title']))
        self.put(prose(doc['info']['description']))
        schemes = doc['components']['securitySchemes']
        self.put('<h2>Scopes of programs</h2><dl>\n')
        for flow in schemes['oauth']['flows'].values():
            for scope, text in flow['scopes'].items():
                self.put('<dt><code>%s</code></dt><dd>%s</dd>\n' %
                         (esc(scope), inline(text)))
        self.put('</dl>\n')
        for tag in doc['tags']:
            self.put('<h2>%s</h2>\n%s' % (
                esc(tag['name']), prose(tag.get('description'))))
            for path, method, op, shared in ops:
                if tag['name'] in op['tags']:
                    self.operation(path, method, op, shared)
        self.put('<h2 id="schemas">Schemas</h2>\n')
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
        self.put('<h2 id="errors">Error codes</h2>\n<p>Stable; what is not '
                 'retryable is refused again, unchanged.</p>\n<table><thead>'
                 '<tr><th>Code</th><th>Status</th><th>Retry</th><th>English'
                 '</th><th lang="vi">Tiếng Việt</th></tr></thead><tbody>\n')
        for slug, status, retry, vi, en in self.errors:
            self.put('<tr><td><code>%s</code></td><td>%s</td><td>%s</td>'
                     '<td>%s</td><td lang="vi">%s</td></tr>\n' % (
                         esc(slug), status, 'yes' if retry else 'no',
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
    page = Page(yaml.safe_load(contract), read_errors(errors)).render()
    with open(target, 'w', encoding='ascii') as f:
        f.write('/* Made from the contract by api/docs/page.py. */\n'
                '#include "api/docs/docs_priv.h"\n\n')
        f.write(c_array('page', page.encode()))
        f.write(c_array('style', css))
        f.write(c_array('contract', contract))


if __name__ == '__main__':
    main()
