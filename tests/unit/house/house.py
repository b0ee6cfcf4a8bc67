#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house (docs and design: "The house"), as a test.

    house.py [ROOT]               the rules that need only the text
    house.py --headers CC BUILD [ROOT]   every header compiles alone
    house.py --self-test CC       each rule reports what breaks it

Speaks TAP. ROOT defaults to $VANTHU_SOURCE.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

SHIPPED = ('base', 'docstore', 'signing', 'render', 'api')
LINES_MAX = 1200

# Which rooms a room may include. A folder under api that is not named here
# is a face.
MAY_INCLUDE = {
    'base': {'base'},
    'base/worker': {'base', 'base/worker'},
    'base/pdf': {'base', 'base/pdf'},
    'docstore': {'base', 'base/worker', 'docstore'},
    'signing': {'base', 'base/worker', 'base/pdf', 'signing'},
    'render': {'base', 'base/worker', 'base/pdf', 'render'},
    # it stands alone: nothing of the house
    'docstore/verifier': {'docstore/verifier'},
    'api/http': {'base', 'api/http'},
    'api/fetch': {'base', 'api/fetch'},
    'api/content': {'base', 'api/http', 'api/office', 'api/content'},
    'api/html': {'base', 'api/http', 'api/office', 'api/html'},
    # transport.h, the table that office calls and transports fill
    'api/exchange': {'base', 'api/exchange'},
    # the codec of packets, below office
    'api/exchange/edxml': {'base', 'base/worker', 'api/exchange/edxml'},
    'api/office': {'base', 'base/worker', 'base/pdf', 'docstore', 'signing',
                   'render', 'api/exchange', 'api/exchange/edxml',
                   'api/office'},
}
FACE_MAY_INCLUDE = {'base', 'base/worker', 'base/pdf', 'api/http',
                    'api/office'}

# The command line starts the fetcher and hands it to office as a function; the
# faces that hand out stored files share how.
ALSO = {'api/cli': {'api/fetch', 'api/exchange/edxml'},
        'api/v1': {'api/content'}, 'api/citizen': {'api/content', 'api/html'},
        'api/web': {'api/content', 'api/html'},
        'api/exchange/axis': {'api/fetch', 'api/exchange',
                              'api/exchange/edxml'},
        'api/exchange/direct': {'api/fetch', 'api/exchange',
                                'api/exchange/edxml'}}

# The files that put the program together: they open the store, the keys and
# the workers, and hand them to office.
COMPOSITION = {
    'api/cli/main.c': {'docstore', 'signing', 'render'},
    'api/cli/serve.c': {'docstore', 'signing', 'render', 'api/v1', 'api/docs',
                        'api/citizen', 'api/web', 'api/exchange',
                        'api/exchange/axis', 'api/exchange/direct',
                        'api/exchange/edxml'},
    # the operator's, on a store at rest or beside the server
    'api/cli/backup.c': {'docstore'},
    'api/cli/stats.c': {'docstore'},
    'api/cli/check.c': {'docstore'},
    'api/cli/migrate.c': {'docstore'},
    'api/cli/peers.c': {'api/exchange/axis', 'api/exchange/direct'},
    # it asks our witnesses, as a server would
    'api/cli/restored.c': {'api/exchange/direct'},
    'api/cli/edoc_peer.c': {'api/exchange/axis'},
    'api/cli/providers.c': {'api/oidc'},
    'api/cli/providers.h': {'api/oidc'},
}

# Which rooms, or single files, a library belongs to: one library, one owner.
LIBRARIES = [
    (r'lmdb\.h|sqlite3\.h|libpq-fe\.h', {'docstore'}),
    (r'gcrypt\.h', {'base', 'docstore'}),
    (r'uni(norm|case|ctype|str)\.h', {'base'}),
    (r'seccomp\.h|linux/(seccomp|landlock)\.h', {'base/worker'}),
    (r'openssl/.*', {'signing', 'docstore/verifier', 'base/ed25519.c'}),
    (r'p11-kit/.*|zip\.h', {'signing'}),
    (r'libxml/.*', {'signing', 'api/exchange/edxml'}),
    (r'hpdf.*\.h|qrencode\.h|hb.*\.h|poppler.*|png\.h', {'render'}),
    (r'zlib\.h', {'base/pdf', 'render', 'api/exchange/edxml'}),
    (r'microhttpd\.h', {'api/http'}),
    (r'gnutls/.*', {'api/http'}),
    (r'jansson\.h', {'api'}),
    (r'curl/.*', {'api/fetch'}),
]

BAD_NAME = {'util', 'utils', 'misc', 'common', 'helper', 'helpers'}


def files(root, folders, endings):
    for folder in folders:
        for at, dirs, names in os.walk(os.path.join(root, folder)):
            dirs[:] = sorted(d for d in dirs if not d.startswith('.'))
            for name in sorted(names):
                if name.endswith(endings):
                    path = os.path.join(at, name)
                    yield os.path.relpath(path, root)


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        return f.read()


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'
                   r"'(?:\\.|[^'\\\n])*'", re.S)


def without_comments(text):
    """Blanks comments, keeps strings and line numbers."""
    def blank(m):
        if m.group().startswith('/'):
            return re.sub(r'[^\n]', ' ', m.group())
        return m.group()
    return TOKEN.sub(blank, text)


def line_of(text, at):
    return text.count('\n', 0, at) + 1


def room(path):
    parts = path.split('/')
    if parts[:2] == ['api', 'exchange'] and len(parts) > 3:
        return '/'.join(parts[:3])
    if parts[:2] == ['docstore', 'verifier']:
        return 'docstore/verifier'
    if parts[0] in ('base', 'api') and len(parts) > 2:
        return '/'.join(parts[:2])
    return parts[0]


def may_include(path):
    r = room(path)
    if r in MAY_INCLUDE:
        return MAY_INCLUDE[r]
    return FACE_MAY_INCLUDE | {r} | ALSO.get(r, set()) | \
        COMPOSITION.get(path, set())


def check_includes(root):
    """docstore, signing, render apart; base below; faces over office"""
    for path in files(root, SHIPPED, ('.c', '.h')):
        text = without_comments(read(root, path))
        for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*"([^"]*)"', text,
                             re.M):
            where = '%s:%d' % (path, line_of(text, m.start()))
            target = m.group(1)
            if target.split('/')[0] not in SHIPPED or '/' not in target:
                yield '%s: "%s" is not a path from the root of a room' % (
                    where, target)
            elif '..' in target.split('/'):
                yield '%s: "%s" goes around' % (where, target)
            elif room(target) not in may_include(path):
                yield '%s: %s may not include %s ("%s")' % (
                    where, room(path), room(target), target)


def check_libraries(root):
    """every library stays in the room that owns it"""
    for path in files(root, SHIPPED, ('.c', '.h')):
        text = without_comments(read(root, path))
        for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*<([^>]*)>', text,
                             re.M):
            for pattern, rooms in LIBRARIES:
                if not re.fullmatch(pattern, m.group(1)):
                    continue
                if path not in rooms and room(path) not in rooms and \
                        path.split('/')[0] not in rooms - {'base'}:
                    yield '%s:%d: <%s> belongs to %s' % (
                        path, line_of(text, m.start()), m.group(1),
                        ', '.join(sorted(rooms)))


def check_names(root):
    """no util, misc, common or helpers"""
    for path in files(root, SHIPPED + ('tests',), ''):
        stem = os.path.basename(path).split('.')[0]
        parts = path.split('/')[:-1] + re.split(r'[_-]', stem)
        for part in parts:
            if part.lower() in BAD_NAME:
                yield '%s: the name "%s" says nothing' % (path, part)


def check_spdx(root):
    """every source file begins with its licence"""
    want = '/* SPDX-License-Identifier: GPL-3.0-or-later */\n'
    for path in files(root, SHIPPED + ('tests',), ('.c', '.h')):
        if not read(root, path).startswith(want):
            yield '%s:1: no SPDX line' % path


def check_length(root):
    """no source file beyond 1,200 lines"""
    for path in files(root, SHIPPED + ('tests',), ('.c', '.h')):
        n = read(root, path).count('\n')
        if n > LINES_MAX:
            yield '%s: %d lines' % (path, n)


def check_unfinished(root):
    """no marks of unfinished work in shipped code"""
    for path in files(root, SHIPPED, ('.c', '.h', '.def', '.build')):
        text = read(root, path)
        for m in re.finditer(r'\b(TODO|FIXME|XXX)\b', text):
            yield '%s:%d: %s' % (path, line_of(text, m.start()), m.group())


def arguments(text, at):
    """The arguments of the call whose '(' stands at `at`."""
    depth, start, ret, i = 0, at + 1, [], at
    while i < len(text):
        m = TOKEN.match(text, i)
        if m:
            i = m.end()
            continue
        c = text[i]
        if c in '([{':
            depth += 1
        elif c in ')]}':
            depth -= 1
        if depth == 0 or (depth == 1 and c == ','):
            ret.append(text[start:i].strip())
            start = i + 1
            if depth == 0:
                return ret
        i += 1
    return ret


STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def is_constant(arg):
    """Literals and names of macros only."""
    return re.fullmatch(r'[A-Z0-9_\s]*', STRING.sub(' ', arg)) is not None


def has_markup(arg):
    return any(re.search(r'[<>&]|\\"', s) for s in STRING.findall(arg))


def markup_problem(name, args, excused):
    if name in ('vt_buf_printf', 'vt_buf_vprintf'):
        fmt = args[1] if len(args) > 1 else ''
        if has_markup(fmt):
            return 'markup by %s: use vt_html' % name
        if not excused and (not is_constant(fmt) or
                            re.search(r'%[^%a-z]*[sc]', fmt)):
            return 'text by %s is not escaped: use vt_html' % name
    elif not excused and name == 'vt_buf_puts' and \
            not is_constant(args[1] if len(args) > 1 else 'x'):
        return 'vt_buf_puts of a variable'
    elif not excused and name in ('vt_buf_put', 'vt_buf_span'):
        return '%s of bytes' % name
    return None


def check_markup(root):
    """pages are written by vt_html; other ways in say why (markup: ...)"""
    call = re.compile(r'\b(vt_buf_(?:v?printf|puts|put|span))\s*\(')
    for path in files(root, SHIPPED[1:], ('.c', '.h')):
        raw = read(root, path)
        text = without_comments(raw)
        if not re.search(r'\bvt_html\s*\(', text):
            continue
        lines = raw.split('\n')
        for m in call.finditer(text):
            n = line_of(text, m.start())
            near = lines[max(0, n - 3):n]
            excused = any('markup:' in s for s in near)
            why = markup_problem(m.group(1), arguments(text, m.end() - 1),
                                 excused)
            if why:
                yield '%s:%d: %s' % (path, n, why)


# What people read: pages, answers, the command line, tables of reasons.
SPOKEN = ('api/web', 'api/citizen', 'api/html', 'api/oidc', 'api/http',
          'api/v1', 'api/content', 'api/docs', 'api/cli', 'signing/verdict')
SPOKEN_TABLES = ('base/err.def', 'api/exchange/edxml/rules.def')
VIETNAMESE = re.compile('[À-ỹĐđ]')
TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"(?:\s*(?:PRI\w+\s*)?'
                  r'"(?:\\.|[^"\\\n])*")*')


def check_languages(root):
    """what is said in Vietnamese is said in English beside it (words: ...)"""
    tables = [p for p in SPOKEN_TABLES
              if os.path.exists(os.path.join(root, p))]
    for path in tables + list(files(root, SPOKEN, ('.c', '.h', '.def'))):
        raw = read(root, path)
        text = without_comments(raw)
        texts = list(TEXT.finditer(text)) + [None]
        for m, after in zip(texts, texts[1:]):
            word = m.group()
            if not VIETNAMESE.search(word) or 'lang=\\"en\\"' in word:
                continue
            between = '' if after is None else text[m.end():after.start()]
            start = text[:m.start()].rstrip()
            if between.strip() in (',', ':') and len(after.group()) > 2:
                if not VIETNAMESE.search(after.group()):
                    continue
                if between.strip() == ':':
                    continue  # two ways to say it, then the English
            # "en" : "vi"
            if start.endswith(':') and start[:-1].rstrip().endswith('"'):
                continue
            begin = max(0, raw.rfind('\n\n', 0, m.start()))
            if 'words:' not in raw[begin:m.start()]:
                yield '%s:%d: %s has no English beside it' % (
                    path, line_of(text, m.start()), word[:60])


def include_flags(root, build):
    """The folders of the libraries' headers, as the build uses them."""
    try:
        with open(os.path.join(build, 'compile_commands.json'),
                  encoding='utf-8') as f:
            commands = json.load(f)
    except FileNotFoundError:
        return []
    flags = []
    for c in commands:
        for word in shlex.split(c['command']):
            if word.startswith('-I/') and word not in flags and \
                    not os.path.abspath(word[2:]).startswith(root):
                flags.append(word)
    return flags


def check_headers(root, cc, build):
    """every header compiles alone, and twice"""
    flags = ['-std=gnu11', '-D_GNU_SOURCE', '-D_FILE_OFFSET_BITS=64',
             '-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-x', 'c',
             '-I', root, '-I', build] + include_flags(root, build)
    for path in files(root, SHIPPED + ('tests',), '.h'):
        text = '#include "%s"\n' % path
        got = subprocess.run(cc + flags + ['-'], input=text * 2, text=True,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, check=False)
        if got.returncode != 0:
            first = [s for s in got.stderr.split('\n') if 'error:' in s]
            yield '%s: %s' % (path, first[0] if first else got.stderr)


RULES = [check_includes, check_libraries, check_names, check_spdx,
         check_length, check_unfinished, check_markup, check_languages]


class Tap:
    def __init__(self):
        self.count = self.failures = 0

    def ok(self, ok, what, details=()):
        self.count += 1
        self.failures += not ok
        print('%sok %d - %s' % ('' if ok else 'not ', self.count, what))
        for d in details:
            print('# ' + d.replace('\n', '\n# '))

    def rule(self, what, problems):
        problems = list(problems)
        self.ok(not problems, what, problems)

    def done(self):
        print('1..%d' % self.count)
        return 1 if self.failures else 0


SPDX = '/* SPDX-License-Identifier: GPL-3.0-or-later */\n'

# (rule, file, content without the SPDX line, is it a problem)
SPECIMENS = [
    (check_includes, 'docstore/a.c', '#include "signing/b.h"\n', True),
    (check_includes, 'docstore/a.c', '#include "render/b.h"\n', True),
    (check_includes, 'docstore/a.c', '#include "base/pdf/pdf.h"\n', True),
    (check_includes, 'docstore/a.c', '#include "api/office/o.h"\n', True),
    (check_includes, 'docstore/a.c', '#include "base/err.h"\n', False),
    (check_includes, 'docstore/lmdb/a.c', '#include "docstore/b.h"\n', False),
    (check_includes, 'signing/a.c', '#include "docstore/b.h"\n', True),
    (check_includes, 'signing/a.c', '#include "render/b.h"\n', True),
    (check_includes, 'signing/a.c', '  #  include "render/b.h"\n', True),
    (check_includes, 'signing/a.c', '/* #include "render/b.h" */\n', False),
    (check_includes, 'signing/pades/a.c', '#include "base/pdf/p.h"\n', False),
    (check_includes, 'render/a.h', '#include "signing/b.h"\n', True),
    (check_includes, 'render/a.h', '#include "api/v1/b.h"\n', True),
    (check_includes, 'base/a.c', '#include "docstore/b.h"\n', True),
    (check_includes, 'base/a.c', '#include "base/pdf/b.h"\n', True),
    (check_includes, 'base/a.c', '#include "base/worker/b.h"\n', True),
    (check_includes, 'base/worker/a.c', '#include "base/pdf/b.h"\n', True),
    (check_includes, 'base/pdf/a.c', '#include "base/pdf/b.h"\n', False),
    (check_includes, 'base/pdf/a.c', '#include "signing/b.h"\n', True),
    (check_includes, 'api/v1/a.c', '#include "docstore/b.h"\n', True),
    (check_includes, 'api/http/a.c', '#include "signing/b.h"\n', True),
    (check_includes, 'api/citizen/a.c', '#include "render/b.h"\n', True),
    (check_includes, 'api/cli/a.c', '#include "docstore/b.h"\n', True),
    (check_includes, 'api/cli/main.c', '#include "docstore/b.h"\n', False),
    (check_includes, 'api/v1/a.c', '#include "api/citizen/b.h"\n', True),
    (check_includes, 'api/v1/a.c', '#include "api/office/b.h"\n', False),
    (check_includes, 'api/v1/a.c', '#include "api/http/b.h"\n', False),
    (check_includes, 'api/office/a.c', '#include "signing/b.h"\n', False),
    (check_includes, 'api/office/a.c', '#include "api/http/b.h"\n', True),
    (check_includes, 'api/http/a.c', '#include "api/office/b.h"\n', True),
    (check_includes, 'api/fetch/a.c', '#include "api/office/b.h"\n', True),
    (check_includes, 'api/office/a.c', '#include "api/fetch/b.h"\n', True),
    (check_includes, 'api/v1/a.c', '#include "api/fetch/b.h"\n', True),
    (check_includes, 'api/cli/a.c', '#include "api/fetch/b.h"\n', False),
    (check_includes, 'base/a.c', '#include "err.h"\n', True),
    (check_includes, 'base/a.c', '#include "tests/tap.h"\n', True),
    (check_includes, 'base/a.c', '#include "base/../render/x.h"\n', True),
    (check_libraries, 'docstore/a.c', '#include <openssl/evp.h>\n', True),
    (check_libraries, 'base/a.c', '#include <openssl/evp.h>\n', True),
    (check_libraries, 'base/ed25519.c', '#include <openssl/evp.h>\n', False),
    (check_libraries, 'docstore/a.c', '#include <lmdb.h>\n', False),
    (check_libraries, 'base/pdf/a.c', '#include <gcrypt.h>\n', True),
    (check_libraries, 'base/pdf/a.c', '#include <zlib.h>\n', False),
    (check_libraries, 'api/v1/a.c', '#include <microhttpd.h>\n', True),
    (check_libraries, 'api/v1/a.c', '#include <jansson.h>\n', False),
    (check_libraries, 'api/office/a.c', '#include <hpdf.h>\n', True),
    (check_libraries, 'api/office/a.c', '#include <curl/curl.h>\n', True),
    (check_libraries, 'api/fetch/a.c', '#include <curl/curl.h>\n', False),
    (check_names, 'base/util.c', '', True),
    (check_names, 'docstore/pdf_helpers.h', '', True),
    (check_names, 'signing/common/a.c', '', True),
    (check_names, 'tests/misc.sh', '', True),
    (check_names, 'base/utility_bill.c', '', False),
    (check_unfinished, 'base/a.c', '/* TODO: later */\n', True),
    (check_unfinished, 'render/a.h', '/* FIXME */\n', True),
    (check_unfinished, 'render/a.c', 'char n[] = "XXXXXX";\n', False),
    (check_length, 'base/a.c', '\n' * 1200, True),
    (check_length, 'base/a.c', '\n' * 1199, False),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\nvt_buf_printf(b, "<b>%d", 1);\n', True),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\nvt_buf_printf(b, "%s", x(1, 2));\n', True),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\nvt_buf_printf(b, "%d", 1);\n', False),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\n/* markup: a URL, not a page */\n'
     'vt_buf_printf(b, "%s", x);\n', False),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\n/* markup: no excuse */\n'
     'vt_buf_printf(b, "<i>%s", x);\n', True),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\nvt_buf_puts(b, name);\n', True),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\nvt_buf_span(b, s);\n', True),
    (check_markup, 'api/citizen/a.c',
     'vt_html(b, "<p>");\nvt_buf_puts(b, "<hr>" PAGE_END);\n', False),
    (check_markup, 'api/citizen/a.c', 'vt_buf_puts(b, name);\n', False),
    (check_languages, 'api/web/a.c', 'T(d, "Ký", "Sign");\n', False),
    (check_languages, 'api/web/a.c', 'T(d, "Ký " "số",\n "Sign");\n', False),
    (check_languages, 'api/web/a.c', 'T(d, "Ký", "");\n', True),
    (check_languages, 'api/web/a.c', 'T(d, "Ký", "Ký");\n', True),
    (check_languages, 'api/web/a.c', 'T(d, a ? "Số" : "Ký", "B");\n', False),
    (check_languages, 'api/web/a.c', 'x = en ? "Sign" : "Ký";\n', False),
    (check_languages, 'api/web/a.c', 'x = { { "A", "Ký" }, };\n', True),
    (check_languages, 'api/web/a.c', 'vt_html(b, "<p>Ký</p>");\n', True),
    (check_languages, 'api/web/a.c', '/* words: names */\nx = "Ký";\n',
     False),
    (check_languages, 'api/web/a.c', '/* words: names */\n\nx = "Ký";\n',
     True),
    (check_languages, 'base/err.def', 'VT_ERR(A, "a", 1, "Sai", "Lỗi")\n',
     True),
]


def put(root, path, text):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, 'w', encoding='utf-8') as f:
        f.write(text)


def self_test(cc):
    tap = Tap()
    for rule, path, text, bad in SPECIMENS:
        with tempfile.TemporaryDirectory() as root:
            put(root, path, SPDX + text)
            got = list(rule(root))
            tap.ok(bool(got) == bad, '%s %s %s: %s' % (
                rule.__name__, 'reports' if bad else 'accepts', path,
                text.strip().replace('\n', ' | ').replace('#', '')[:60]), got)
    with tempfile.TemporaryDirectory() as root:
        put(root, 'base/a.c', 'int x;\n')
        tap.ok(list(check_spdx(root)), 'check_spdx reports a bare file')
        put(root, 'base/a.c', SPDX)
        tap.ok(not list(check_spdx(root)), 'check_spdx accepts the line')
        put(root, 'base/a.h', 'size_t x(void);\n')
        tap.ok(list(check_headers(root, cc, root)),
               'check_headers reports a header that needs another')
        put(root, 'base/a.h', 'struct s { int x; };\n')
        tap.ok(list(check_headers(root, cc, root)),
               'check_headers reports a header without a guard')
        put(root, 'base/a.h', '#ifndef A\n#define A\n#include <stddef.h>\n'
            'size_t x(void);\n#endif\n')
        tap.ok(not list(check_headers(root, cc, root)),
               'check_headers accepts one that stands alone')
    return tap.done()


def main(argv):
    root = os.environ.get('VANTHU_SOURCE', os.getcwd())
    if argv[:1] == ['--self-test']:
        return self_test(argv[1:] or ['cc'])
    tap = Tap()
    if argv[:1] == ['--headers']:
        cc, build = shlex.split(argv[1]), argv[2]
        root = os.path.abspath(argv[3] if len(argv) > 3 else root)
        tap.rule(check_headers.__doc__, check_headers(root, cc, build))
        return tap.done()
    root = os.path.abspath(argv[0] if argv else root)
    seen = len(list(files(root, SHIPPED, ('.c', '.h'))))
    tap.ok(seen > 20, '%d source files seen' % seen)
    for rule in RULES:
        tap.rule(rule.__doc__, rule(root))
    return tap.done()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
