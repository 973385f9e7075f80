"What a notebook or page must be like. Each rule yields its problems, one sentence each"
import json, re
from statistics import mean, median

from common import cells

# Markdown without its blocks of code, in which nothing is a heading; and without any code, with its links and pictures
def unfenced(text): return re.sub(r'^ *(```|~~~).*?^ *\1', '', text, flags=re.M|re.S)
def prose(text): return re.sub(r'`[^`\n]*`', '', unfenced(text))

def headings(text):
    "(level, words) of each heading in a markdown text"
    return [(len(h), words.strip()) for h,words in re.findall(r'^(#{1,6}) +(.*?)#*$', unfenced(text), re.M)]

def alt_text(text):
    "Every picture says what it shows, to those who cannot see it"
    for alt,src in re.findall(r'!\[([^\]]*)\]\(\s*([^)\s]+)', prose(text)):
        if not alt.strip(): yield f'the picture {src} has no alt text: ![what it shows]({src})'
    for tag in re.findall(r'<img\b[^>]*>', text, re.I):
        if not re.search(r'''\balt\s*=\s*["'][^"']*\w''', tag): yield f'a picture has no alt text: {tag[:80]}'
    for tag,inner in re.findall(r'(<svg\b[^>]*>)(.*?)</svg>', text, re.I|re.S):
        label = re.search(r'''\baria-(?:label\s*=\s*["'][^"']*\w|hidden\s*=\s*["']true)''', tag)
        if not label and not re.search(r'<title\b[^>]*>\s*\w', inner): yield f'a drawing has no <title>: {tag[:80]}'

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

def layout(nb):
    "A title, and a subtitle that says what it is for; headings in cells of their own, where a slide can begin"
    if not re.match(r'# \S.*\n+> \S', nb.cells[0].source): yield 'cell 1: must begin with "# Title" and "> subtitle"'
    for i,c in cells(nb, 'markdown')[1:]:
        if headings(c.source) and '\n' in c.source.strip(): yield f'cell {i}: move the heading to a cell of its own'

def slide_types(nb):
    "A lesson is its own deck, so each cell says where it goes"
    if 'rise' not in nb.metadata: yield 'the notebook metadata has no "rise"'
    kinds = [c.metadata.get('slideshow', {}).get('slide_type') for c in nb.cells]
    known = 'slide', 'subslide', 'fragment', 'notes', 'skip', '-'
    yield from (f'cell {i}: slide type is {o!r}' for i,o in enumerate(kinds, 1) if o not in known)

def slides(nb):
    "The slides of a notebook as RISE makes them: for each its steps, lists of the cells that appear together"
    slides = []
    for i,c in enumerate(nb.cells):
        kind = c.metadata.get('slideshow', {}).get('slide_type')
        if kind in ('skip', 'notes'): continue
        if kind in ('slide', 'subslide') or not slides: slides.append([[]])
        elif kind == 'fragment': slides[-1].append([])
        slides[-1][-1].append(i)
    return slides

def for_an_audience(nb):
    "It looks more than it reads"
    decks = [[nb.cells[i] for step in slide for i in step] for slide in slides(nb)]
    spoken = ['\n'.join(c.source for c in o if c.cell_type == 'markdown') for o in decks]
    words = [len(re.findall(r'[^\s|]*\w[^\s|]*', re.sub(r'<[^>]*>|\]\([^)]*\)|-{2,}', ' ', o))) for o in spoken]
    seen = [bool(re.search(r'^\||!\[', a, re.M)) or any(c.get('outputs') for c in o) for a,o in zip(spoken, decks)]
    yield from (f'slide {i} has {n} words, more than 45' for i,n in enumerate(words, 1) if n > 45)
    if median(words) > 22: yield f'its slides have {median(words)} words, the one in the middle: at most 22'
    if mean(seen) < .75: yield f'there is something to look at on {mean(seen):.0%} of its slides: 75 % at least'

def lines_to_the_fit(nb):
    "How many lines of code there are up to the first training"
    code = [c.source for _,c in cells(nb, 'code')]
    n = next(i for i,o in enumerate(code, 1) if re.search(r'\.(fit|fine_tune|fit_one_cycle)\(', o))
    return sum(o.strip() != '' for source in code[:n] for o in source.splitlines())

FOLDERS = 'home|root|tmp|Users|private|var|mnt|opt|usr|srv|work\\w*|content|kaggle'
MACHINE = re.compile(rf'file:///\w|(?<![\w.:/-])/(?:{FOLDERS})/\S*|\b[A-Z]:\\\w\S*')

def stored_outputs(nb):
    "Outputs that a reader enjoys: no error, nobody's folders, nothing that takes for ever to load"
    for i,c in cells(nb, 'code'):
        for o in c.outputs:
            data = o.get('data', {})
            words = '\n'.join([o.get('text', ''), *(str(v) for k,v in data.items() if not k.startswith('image/'))])
            if o.output_type == 'error': yield f'cell {i}: an error is stored, {o.ename}: {o.evalue}'
            for found in MACHINE.findall(words): yield f'cell {i}: a folder of one machine is stored: {found}'
            for k in 'text/html', 'image/svg+xml': yield from (f'cell {i}: {p}' for p in alt_text(data.get(k, '')))
        size = sum(len(json.dumps(o)) for o in c.outputs)
        if size >= 200_000: yield f'cell {i}: its outputs take {size//1000} kB, more than 200'

def draws(cell): return any(k.startswith('image/') for o in cell.get('outputs', []) for k in o.get('data', {}))

def figures_in_words(nb):
    "Jupyter gives a figure that code draws no alt text; so what it shows is said in words before it"
    said = False
    for i,c in enumerate(nb.cells, 1):
        if draws(c) and not said: yield f'cell {i}: say in a markdown cell before this figure what there is to see'
        said = said and not draws(c) if c.cell_type == 'code' else not headings(c.source)

def shows(cell):
    "What does a reader see? (Warnings differ from machine to machine and do not count)"
    if draws(cell): return 'a figure'
    return 'something' if any(o.get('name') != 'stderr' for o in cell.outputs) else 'nothing'

def stale_outputs(stored, run):
    "A notebook is stored as it runs: each cell that shows something has such a thing stored, and no other has"
    for (i,a),(_,b) in zip(cells(stored, 'code'), cells(run, 'code')):
        if shows(a) != shows(b): yield f'cell {i}: {shows(a)} is stored, and {shows(b)} comes out when it runs'
