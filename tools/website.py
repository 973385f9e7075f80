"""The site: the lessons as pages to read, with their decks beside them, the helpers and the package's functions.
`make site` writes it to _site. Nothing on it comes from elsewhere."""
import os, re, shutil, subprocess, sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from fastai.learner import Learner
from nbdev.showdoc import show_doc
from nbformat.v4 import new_markdown_cell

from first_cells import LESSONS, PLACES, ROOT, facts
from wholegame.page import PageError, make_page
import decks

HELPERS = sorted((ROOT/'nbs'/'helpers').glob('*.ipynb'))
PAGES = [ROOT/o for o in ('data/README.md', 'bench/README.md', 'CONTRIBUTING.md', 'CHANGELOG.md')]
READ = {*LESSONS, *HELPERS, *PAGES}
GITHUB = f"https://github.com/{facts()['repository']}"

def slug(heading): return re.sub(r'[^\w\- ]', '', heading.lower().replace('-', ' ')).replace(' ', '-')

def linked(text, file, src):
    "Links from `file` to pages of the site stay, all others lead to GitHub; pictures are copied to `src`"
    def to(m):
        bang, words, name, _, anchor = re.match(r'(!?)\[(.*?)\]\(([^#)]*)(#?)([^)]*)\)', m[0], re.S).groups()
        target = (file.parent/name).resolve() if name else file
        if bang: shutil.copy(target, place_of(target, src))
        elif target not in READ: name = f'{GITHUB}/blob/main/{target.relative_to(ROOT).as_posix()}'
        return f"{bang}[{words}]({name}{'#' + slug(anchor) if anchor else ''})"
    return re.sub(r'!?\[[^\]]*\]\((?![a-z]+:|//)[^)\s]+\)', to, text)

def places(file):
    "Where else a notebook can be read, run and changed"
    page, up = file.relative_to(ROOT).as_posix(), '../'*len(file.relative_to(ROOT).parts[:-1])
    at = f"{facts()['repository']}/blob/v{facts()['version']}/{page}"
    run = {f'Open in {name.title()}': f'{url}/{at}' for name,url in PLACES.items()}
    deck = {'Slides': f'{up}decks/{file.stem}.html', 'PDF': f'{up}decks/{file.stem}.pdf'}
    all_ = (run | deck if file in LESSONS else {}) | {'Edit': f'{GITHUB}/edit/main/{page}'}
    return f'<p class="places">{" · ".join(f"""<a href="{url}">{name}</a>""" for name,url in all_.items())}</p>'

def readable(nb, file, src):
    "A notebook without what only Jupyter, nbdev and a teacher need"
    cells = []
    for c in nb.cells:
        told = any(o in c.source for o in ('show_setup()', 'next cell installs', 'colab-badge.svg'))
        hidden = re.search(r'^#\| *(hide|default_exp)\b', c.source, re.M)
        if told or hidden or c.metadata.get('slideshow', {}).get('slide_type') == 'notes': continue
        if c.cell_type == 'code': c.source = re.sub(r'^#\|.*\n?', '', c.source, flags=re.M).strip()
        else: c.source = re.sub(r'\s*The line above says[^.]*\.', '', linked(c.source, file, src))
        if c.source: cells.append(c)
    nb.cells = [cells[0], new_markdown_cell(places(file)), *cells[1:]]
    nb.metadata.language_info = dict(name='python', pygments_lexer='ipython3')
    return nb

def api(src):
    "A page for each module: what its functions do, with their parameters. Returns their names on the site"
    names = sorted(o.stem for o in (ROOT/'wholegame').glob('[!_]*.py'))
    (src/'api').mkdir()
    for name in names:
        module = import_module(f'wholegame.{name}')
        added = [o for o in vars(Learner).values() if getattr(o, '__module__', '') == module.__name__]
        docs = filter(None, map(show_doc, [*(getattr(module, o) for o in module.__all__), *added]))
        text = '\n'.join(re.sub(r'^---\n*#+', '##', o._repr_markdown_()) for o in docs)
        (src/'api'/f'{name}.md').write_text(f'# wholegame.{name}\n\n{module.__doc__}\n\n{text}', encoding='utf-8')
    table = '\n'.join(f'| [`wholegame.{o}`]({o}.md) | {import_module(f"wholegame.{o}").__doc__} |' for o in names)
    (src/'api'/'index.md').write_text(f'# All modules\n\n| module | what it is for |\n|---|---|\n{table}\n')
    return '\n'.join(f'api/{o}' for o in names)

def place_of(file, src):
    "Where a file of the repository goes in `src`"
    out = src/file.relative_to(ROOT)
    out.parent.mkdir(parents=True, exist_ok=True)
    return out

def write_sources(src):
    "Put what Sphinx reads into the folder `src`"
    shutil.copytree(ROOT/'site', src, dirs_exist_ok=True)
    def inside(files): return '\n'.join(str(o.relative_to(ROOT).with_suffix('')) for o in files)
    words = (ROOT/'site'/'index.md').read_text(encoding='utf-8')
    words = words.format(lessons=inside(LESSONS), helpers=inside(HELPERS), modules=api(src), **facts())
    teaching = re.search(r'^#(# Teaching\n.*?)(?=^## )', (ROOT/'README.md').read_text(encoding='utf-8'), re.M|re.S)[1]
    texts = {ROOT/'index.md': words, ROOT/'teaching.md': teaching} | {o: o.read_text(encoding='utf-8') for o in PAGES}
    for file,text in texts.items():
        place_of(file, src).write_text(text if file.stem == 'index' else linked(text, file, src), encoding='utf-8')
    for file in [*LESSONS, *HELPERS]:
        nbformat.write(readable(nbformat.read(file, 4), file, src), place_of(file, src))
    picture = ROOT/'.github'/'predictions.jpg'
    shutil.copy(picture, place_of(picture, src))

def make(dest):
    "Write the pages to the folder `dest`; returns what Sphinx complains about"
    with TemporaryDirectory() as tmp:  # myst-nb leaves a folder beside its output
        src, pages = Path(tmp)/'src', Path(tmp)/'out'/'html'
        write_sources(src)
        command = [sys.executable, '-m', 'sphinx', '-q', '-j', 'auto', '-d', f'{tmp}/doctrees', str(src), str(pages)]
        said = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
        shutil.copytree(pages, dest, dirs_exist_ok=True)
        return said

def page_to_try(dest):
    "The drawn birds' model as a page in `dest`, for visitors; it is trained unless it is there from an earlier call"
    model = ROOT/'build'/'bird'
    train = [Path(sys.executable).with_name('wholegame'), 'train', 'bird', 'forest', '--out', str(model)]
    sample = {**os.environ, 'WHOLEGAME_DATA': 'sample'}
    if not (model/'model.json').exists(): subprocess.run(train, check=True, env=sample)
    make_page(model, dest, 'Bird or forest? (It knows drawings only)')

if __name__ == '__main__':
    dest = ROOT/'_site'
    shutil.rmtree(dest, ignore_errors=True)
    print(make(dest), end='')
    decks.make(dest/'decks')
    try: page_to_try(dest/'try')
    except PageError as e: raise SystemExit(f'The site is in {dest.name}, but for the page to try: {e}')
    print(f'The site is in {dest.name}: run python -m http.server --directory {dest.name}, open http://localhost:8000.')
