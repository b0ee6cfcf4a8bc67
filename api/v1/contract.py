#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract as C tables: contract.py openapi.yaml handlers.h contract_table.c

handlers.h declares every handler; contract_table.c has the routes, what each
wants of a request, and the schemas of bodies and parameters. What these tables
cannot express is an error here, so the file never promises a check that
nobody makes. Besides OpenAPI 3.1:

  x-body: stream   the body goes to the sink vt_v1_<operation>_sink
  x-limit: NAME    its bytes, a row of base/limits.def (JSON: JSON_BODY_MAX)
  x-rate: public   limited per address, like everything without an account
  x-idempotent: false   a POST whose repeat harms nothing, without a key
"""
import re
import sys

import yaml

METHODS = ('get', 'put', 'post', 'delete', 'options', 'patch')
SCOPES = {
    'papers:read': 'READ', 'papers:write': 'WRITE',
    'signatures:prepare': 'SIGN', 'numbers:give': 'NUMBER',
    'dispatches:send': 'SEND', 'deliveries:receive': 'RECEIVE',
    'results:make': 'RESULT', 'events:read': 'EVENTS',
    'house:manage': 'HOUSE', 'webhooks:manage': 'HOOKS',
}
TYPES = {
    'object': 'OBJECT', 'array': 'ARRAY', 'string': 'STRING',
    'integer': 'INTEGER', 'number': 'NUMBER', 'boolean': 'BOOLEAN',
    'null': 'NULL',
}
FORMATS = {'byte': 'BASE64', 'date': 'DATE', 'date-time': 'DATE_TIME'}
# Said to people and other programs, checked by nobody.
SILENT = {'description', 'title', 'example', 'examples', 'default',
          'writeOnly', 'readOnly', 'deprecated', 'discriminator', 'oneOf'}
KNOWN = SILENT | {'type', 'format', 'enum', 'const', 'pattern', 'minLength',
                  'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems',
                  'properties', 'required', 'additionalProperties', 'items'}


class Wrong(Exception):
    """The file says something that would not be so."""


def snake(name):
    return re.sub(r'(?<!^)([A-Z])', r'_\1', name).lower()


def c_string(s):
    out = ''
    for b in s.encode():
        if b in b'"\\':
            out += '\\' + chr(b)
        elif 0x20 <= b < 0x7f:
            out += chr(b)
        else:
            out += '\\%03o' % b
    return '"%s"' % out


class Contract:
    def __init__(self, path):
        with open(path, encoding='utf-8') as f:
            self.doc = yaml.safe_load(f)

    def deref(self, node):
        seen = 0
        while isinstance(node, dict) and '$ref' in node:
            if len(node) != 1:
                raise Wrong('$ref with company: %r' % node)
            name = node['$ref']
            if not name.startswith('#/'):
                raise Wrong('only references inside the file: ' + name)
            node = self.doc
            for part in name[2:].split('/'):
                if part not in node:
                    raise Wrong('nothing at ' + name)
                node = node[part]
            seen += 1
            if seen > 16:
                raise Wrong('a circle of references at ' + name)
        return node

    def operations(self):
        for path, item in self.doc['paths'].items():
            shared = item.get('parameters', [])
            for method, op in item.items():
                if method == 'parameters':
                    continue
                if method not in METHODS:
                    raise Wrong('%s: unknown member %s' % (path, method))
                yield path, method, op, shared


class Tables:
    """Schemas as C, each once."""

    def __init__(self, contract):
        self.contract = contract
        self.names = {}
        self.made = {}
        self.out = []

    def pattern(self, text):
        """'^[0-9a-f]{32}$' as classes of ASCII with counts."""
        if not (text.startswith('^') and text.endswith('$')):
            raise Wrong('pattern is not anchored: ' + text)
        body, at, pieces = text[1:-1], 0, []
        while at < len(body):
            if body[at] == '[':
                end = body.index(']', at + 1)
                chars = self.char_class(body[at + 1:end])
                at = end + 1
            elif body[at] in r'.()|^$*+?{':
                raise Wrong('pattern is not simple: ' + text)
            else:
                if body[at] == '\\':
                    at += 1
                chars = {ord(body[at])}
                at += 1
            low, high = 1, 1
            count = re.match(r'\{(\d+)(,(\d*))?\}|[*+?]', body[at:])
            if count:
                at += count.end()
                word = count.group(0)
                if word[0] == '{':
                    low = int(count.group(1))
                    high = low if count.group(2) is None else (
                        int(count.group(3)) if count.group(3) else None)
                else:
                    low = 1 if word == '+' else 0
                    high = 1 if word == '?' else None
            # What is read greedily must not eat the beginning of the next.
            for before, blow, bhigh in reversed(pieces):
                if blow == bhigh:
                    break
                if before & chars:
                    raise Wrong('pattern is ambiguous: ' + text)
                if blow > 0:
                    break
            pieces.append((chars, low, high))
        return pieces

    @staticmethod
    def char_class(text):
        chars, at = set(), 0
        if text.startswith('^'):
            raise Wrong('a class of what is not wanted: [' + text + ']')
        while at < len(text):
            if text[at] == '\\':
                at += 1
            low = ord(text[at])
            if at + 2 < len(text) and text[at + 1] == '-':
                high, at = ord(text[at + 2]), at + 3
            else:
                high, at = low, at + 1
            chars.update(range(low, high + 1))
        if not chars or max(chars) > 127:
            raise Wrong('a class outside ASCII: [' + text + ']')
        return chars

    def schema(self, node, where, text=False):
        """Name of the C object for a schema; where: for messages."""
        node = self.contract.deref(node)
        key = (id(node), text)
        if key in self.names:
            if self.names[key] is None:
                raise Wrong(where + ': a schema inside itself')
            return self.names[key]
        self.names[key] = None
        unknown = set(node) - KNOWN - {k for k in node if k[:2] == 'x-'}
        if unknown:
            raise Wrong('%s: nobody checks %s' % (where, sorted(unknown)))
        fields = self.parts(node, where, text)
        body = '{\n%s};\n' % ''.join('\t.%s = %s,\n' % f for f in fields)
        self.names[key] = self.object('struct vt_schema', 'schema', '', body)
        return self.names[key]

    def object(self, kind, stem, dims, body):
        """A constant; the one there is already, if it is equal."""
        if (kind, body) not in self.made:
            name = '%s_%d' % (stem, len(self.made))
            self.made[kind, body] = name
            self.out.append('static const %s %s%s = %s' % (kind, name, dims,
                                                           body))
        return self.made[kind, body]

    def parts(self, node, where, text):
        types = node.get('type', [])
        types = [types] if isinstance(types, str) else types
        if not types and ('const' in node or 'enum' in node):
            types = ['string']
        if not types:
            raise Wrong(where + ': no type')
        fields = [('types', ' | '.join('VT_SCHEMA_' + TYPES[t]
                                       for t in types))]
        if 'integer' in types and 'number' in types:
            raise Wrong(where + ': integer and number')
        if 'format' in node:
            fields.append(('format',
                           'VT_SCHEMA_' + FORMATS[node['format']]))
        fields += self.bounds(node, types, where, text)
        values = node.get('enum', [node['const']] if 'const' in node else [])
        if values:
            if not all(isinstance(v, str) for v in values):
                raise Wrong(where + ': enum and const are of strings here')
            fields.append(('values', '(const char *const[]){ %s }' %
                           ', '.join(map(c_string, values))))
            fields.append(('nvalues', str(len(values))))
        if 'pattern' in node:
            fields += self.pattern_parts(node['pattern'])
        if 'oneOf' in node:
            fields += self.variants(node, where)
        elif 'object' in types:
            fields += self.object_parts(node, where)
        if 'array' in types:
            fields.append(('items', '&' + self.schema(
                node['items'], where + '[]')))
        return fields

    def bounds(self, node, types, where, text):
        low, high = 0, None
        if 'string' in types:
            low, high = node.get('minLength', 0), node.get('maxLength')
            if high is None and not text and not (
                    'pattern' in node or 'enum' in node or 'const' in node
                    or node.get('format') in ('date', 'date-time')):
                raise Wrong(where + ': a string without maxLength')
        if 'array' in types:
            low, high = node.get('minItems', 0), node.get('maxItems')
            if high is None:
                raise Wrong(where + ': an array without maxItems')
        return [('length_min', str(low)),
                ('length_max',
                 'VT_SCHEMA_NO_MAX' if high is None else str(high)),
                ('min', str(node.get('minimum', 'INT64_MIN'))),
                ('max', str(node.get('maximum', 'INT64_MAX')))]

    def pattern_parts(self, text):
        rows = []
        for chars, low, high in self.pattern(text):
            bits = bytearray(16)
            for c in chars:
                bits[c // 8] |= 1 << c % 8
            rows.append('\t{ { %s }, %d, %s },\n' % (
                ', '.join('0x%02x' % b for b in bits), low,
                'UINT32_MAX' if high is None else high))
        name = self.object('struct vt_schema_class', 'pattern', '[]',
                           '{\n%s};\n' % ''.join(rows))
        return [('pattern', name), ('npattern', str(len(rows)))]

    def object_parts(self, node, where):
        required = set(node.get('required', []))
        rows = []
        for name, sub in node.get('properties', {}).items():
            rows.append('\t{ %s, &%s, %s },\n' % (
                c_string(name), self.schema(sub, where + '/' + name),
                'true' if name in required else 'false'))
            required.discard(name)
        if required:
            raise Wrong('%s: required, but no property: %s' %
                        (where, sorted(required)))
        more = node.get('additionalProperties', True)
        if not isinstance(more, bool):
            raise Wrong(where + ': additionalProperties with a schema')
        parts = [('open', 'true' if more else 'false')]
        if rows:
            name = self.object('struct vt_schema_field', 'fields', '[]',
                               '{\n%s};\n' % ''.join(rows))
            parts += [('fields', name), ('nfields', str(len(rows)))]
        return parts

    def variants(self, node, where):
        by = node.get('discriminator', {}).get('propertyName')
        if by is None:
            raise Wrong(where + ': oneOf without a discriminator')
        names, taken = [], set()
        for one in node['oneOf']:
            one = self.contract.deref(one)
            what = self.contract.deref(one['properties'][by])
            values = what.get('enum', [what.get('const')])
            if taken & set(values) or by not in one.get('required', []):
                raise Wrong('%s: %s chooses no variant clearly' % (where, by))
            taken.update(values)
            names.append('&' + self.schema(one, where + '/' + values[0]))
        return [('by', c_string(by)),
                ('variants', '(const struct vt_schema *const[]){ %s }' %
                 ', '.join(names)),
                ('nvariants', str(len(names)))]


class Operation:
    """One row of the tables."""

    def __init__(self, contract, tables, path, method, op, shared):
        self.contract, self.tables = contract, tables
        self.where = '%s %s' % (method.upper(), path)
        self.path, self.method, self.op = path, method, op
        self.id = op['operationId']
        self.handler = 'vt_v1_' + snake(self.id)
        self.stream = False
        self.limit = '0'
        self.consumes = None
        self.flags = []
        self.body_schema = None
        self.parameters = [contract.deref(p)
                           for p in shared + op.get('parameters', [])]
        self.security()
        self.headers()
        self.body()
        self.answers()

    def security(self):
        asked = self.op.get('security', self.contract.doc.get('security'))
        self.scope = '0'
        if asked == []:
            self.flags.append('OPEN')
        else:
            lists = [tuple(sorted(v)) for one in asked for v in one.values()]
            if len(set(lists)) != 1:
                raise Wrong(self.where + ': one list of scopes for all ways '
                            'to authenticate')
            if len(lists[0]) > 1:
                raise Wrong(self.where + ': one scope an operation')
            if lists[0]:
                self.scope = 'VT_SCOPE_' + SCOPES[lists[0][0]]
        if self.op.get('x-rate') == 'public':
            self.flags.append('LIMITED')

    def headers(self):
        named = {p['name'].lower(): p for p in self.parameters
                 if p['in'] == 'header'}
        if named.get('idempotency-key', {}).get('required'):
            self.flags.append('IDEMPOTENT')
        elif self.method == 'post' and self.op.get('x-idempotent', True) \
                and self.op.get('security') != []:
            raise Wrong(self.where + ': a POST without Idempotency-Key')
        if named.get('if-match', {}).get('required'):
            self.flags.append('IF_MATCH')
        in_path = re.findall(r'\{(\w+)\}', self.path)
        if in_path != [p['name'] for p in self.parameters
                       if p['in'] == 'path']:
            raise Wrong(self.where + ': parameters of the path')

    def body(self):
        body = self.op.get('requestBody')
        if body is None:
            return
        body = self.contract.deref(body)
        self.consumes = list(body['content'])
        if body.get('required'):
            self.flags.append('BODY')
        self.stream = self.op.get('x-body') == 'stream'
        limit = self.op.get('x-limit')
        json_type = body['content'].get('application/json')
        if json_type is not None:
            if len(self.consumes) != 1:
                raise Wrong(self.where + ': JSON and something else')
            limit = limit or 'JSON_BODY_MAX'
            self.body_schema = self.tables.schema(json_type['schema'],
                                                  self.where)
        if limit is None:
            raise Wrong(self.where + ': a body without x-limit')
        self.limit = 'VT_L(%s)' % limit

    def answers(self):
        types, problems = [], set()
        for status, answer in self.op['responses'].items():
            answer = self.contract.deref(answer)
            content = list(answer.get('content', {}))
            if status[0] == '2':
                types += [t for t in content if t not in types]
            if 'application/problem+json' in content:
                problems.add(status)
        wanted = {'401'} if 'OPEN' not in self.flags else set()
        # not HTTP, too long, too much of it; a parameter that is not listed
        wanted |= {'400', '414', '422', '431'}
        if 'IF_MATCH' in self.flags:
            wanted |= {'412', '428'}
        if self.consumes:
            wanted |= {'413', '415'}
        if '{' in self.path:
            wanted.add('404')
        if types and '*/*' not in types:
            wanted.add('406')
        if 'LIMITED' in self.flags:
            wanted.add('429')
        if wanted - problems:
            raise Wrong('%s: answers are not told: %s' %
                        (self.where, sorted(wanted - problems)))
        self.produces = types or None
        if self.produces and '*/*' in self.produces:
            self.produces = None

    def route(self):
        kind = 'NONE'
        if self.consumes:
            kind = 'STREAM' if self.stream else 'BUFFER'
        sink = '&%s_sink' % self.handler if self.stream else 'NULL'
        return '\t{ "%s", %s, VT_HTTP_BODY_%s, %s,\n\t    ' \
            'vt_contract_admit, %s, %s },\n' % (
                self.method.upper(), c_string(self.path), kind, self.limit,
                self.handler, sink)

    @staticmethod
    def types(names):
        if names is None:
            return 'NULL'
        return '(const char *const[]){ %s, NULL }' % ', '.join(
            map(c_string, names))

    def row(self):
        query = [p for p in self.parameters if p['in'] == 'query']
        rows = ['{ %s, &%s, %s }' % (
            c_string(p['name']),
            self.tables.schema(p['schema'],
                               '%s ?%s' % (self.where, p['name']), True),
            'true' if p.get('required') else 'false') for p in query]
        flags = ' | '.join('VT_CONTRACT_' + f for f in self.flags) or '0'
        return '\t{ %s, %s, %s,\n\t    %s, %s,\n\t    %s, %d,\n\t    %s },\n' \
            % (c_string(self.id), self.scope, flags,
               self.types(self.consumes), self.types(self.produces),
               '(const struct vt_contract_parameter[]){ %s }' %
               ', '.join(rows) if rows else 'NULL', len(rows),
               '&' + self.body_schema if self.body_schema else 'NULL')


def main():
    source, header, table = sys.argv[1:4]
    contract = Contract(source)
    tables = Tables(contract)
    ops = [Operation(contract, tables, *o) for o in contract.operations()]
    ids = [o.id for o in ops]
    if len(set(ids)) != len(ids):
        raise Wrong('an operationId twice')
    rows = ''.join(o.row() for o in ops)
    head = '/* Made from api/openapi.yaml by api/v1/contract.py. */\n'
    with open(header, 'w', encoding='ascii') as f:
        f.write(head + '#ifndef VT_API_V1_HANDLERS_H\n'
                '#define VT_API_V1_HANDLERS_H\n\n'
                '#include "api/http/http.h"\n\n')
        for o in ops:
            f.write('int %s(struct vt_http_req *req,\n'
                    '    struct vt_http_res *res, struct vt_err *reterr);\n' %
                    o.handler)
            if o.stream:
                f.write('extern const struct vt_http_sink %s_sink;\n' %
                        o.handler)
        f.write('\n#endif\n')
    with open(table, 'w', encoding='ascii') as f:
        f.write(head + '#include "api/office/who.h"\n'
                '#include "api/v1/contract.h"\n#include "api/v1/handlers.h"\n'
                '#include "base/limits.h"\n\n')
        f.write('\n'.join(tables.out))
        f.write('\nconst struct vt_http_route vt_contract_routes[] = {\n' +
                ''.join(o.route() for o in ops) + '};\n')
        f.write('\nconst struct vt_contract_op vt_contract_ops[] = {\n' +
                rows + '};\n')
        f.write('\nconst size_t vt_contract_n = %d;\n' % len(ops))


if __name__ == '__main__':
    try:
        main()
    except (Wrong, KeyError) as e:
        sys.exit('%s: %s' % (sys.argv[1], e))
