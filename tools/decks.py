"""The decks as files: for each lesson one HTML file that needs nothing beside it, and a PDF, with a page that lists
them. `make decks` writes them to _decks. reveal.js is not fetched: RISE's package has it in its source maps."""
import json, re
from base64 import b64encode
from copy import deepcopy
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from playwright.sync_api import sync_playwright

from browser import MISSING, launch
from first_cells import LESSONS, ROOT, facts

# What RISE, too, hands on to reveal.js
OPTIONS = {'width', 'height', 'margin', 'minScale', 'center', 'controls', 'slideNumber', 'transition'}
PARTS = {'reveal_js': 'dist/reveal.esm.js', 'notes_js': 'plugin/notes/notes.esm.js', 'reveal_css': 'dist/reveal.css'}

@cache
def reveal():
    "The parts of reveal.js, by the names in PARTS: scripts as data: addresses, the style as text"
    found = {}
    for o in files('jupyterlab_rise').joinpath('static').iterdir():
        text = o.read_text(encoding='utf-8') if o.name.endswith('.js.map') else ''
        content = json.loads(text) if 'node_modules/reveal.js/' in text else dict(sources=[], sourcesContent=[])
        for source,code in zip(content['sources'], content['sourcesContent']):
            found.update({k: code for k,end in PARTS.items() if source.endswith(f'/reveal.js/{end}')})
    missing = ', '.join(PARTS.keys() - found)
    if missing: raise SystemExit(f'jupyterlab_rise no longer holds {missing}: see in tools/decks.py where.')
    style = re.search(r'___CSS_LOADER_EXPORT___\.push\(\[module\.id, `(.*?)`, ', found.pop('reveal_css'), re.S)[1]
    script = lambda code: 'data:text/javascript;base64,' + b64encode(code.encode()).decode()
    return {'reveal_css': style.replace(r'\\', '\\'), **{k: script(v) for k,v in found.items()}}

def outward(text, stems):
    "Links to other lessons lead to their decks, all other links inside the repository to GitHub"
    def to(m):
        file, hash, anchor = m[1].partition('#')
        if Path(file).stem in stems and '/' not in file: return f'](./{Path(file).stem}.html)'
        path = (ROOT/'nbs'/file).resolve().relative_to(ROOT).as_posix()
        return f"](https://github.com/{facts()['repository']}/blob/main/{path}{hash}{anchor})"
    return re.sub(r'\]\((?![a-z]+:|#)([^)\s]+)\)', to, text)

def title(nb):
    "Title and subtitle, from the first cell"
    return re.match(r'# (.+)\n+> (.+)', nb.cells[0].source).groups()

def html(nb):
    "A lesson's deck as one page"
    nb = deepcopy(nb)
    for c in nb.cells:
        if c.cell_type == 'markdown': c.source = outward(c.source, {o.stem for o in LESSONS})
    deck = {**reveal(), 'title': title(nb)[0], 'our_css': (ROOT/'nbs'/'rise.css').read_text(encoding='utf-8'),
            'options': {k: v for k,v in nb.metadata['rise'].items() if k in OPTIONS}}
    exporter = SlidesExporter(extra_template_basedirs=[str(ROOT/'tools')], template_name='deck',
                              exclude_input_prompt=True, exclude_output_prompt=True)
    return exporter.from_notebook_node(nb, {'deck': deck})[0]

CONTENTS = '''<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The Whole Game: slides</title><style>:root {{ color-scheme: light dark }} li {{ margin: 1em 0 }}
body {{ max-width: 42em; margin: 3em auto; padding: 0 1em; font: 18px/1.5 system-ui, sans-serif }}</style></head>
<body><h1>The Whole Game: slides</h1><p>Space goes on, Shift+Space back, S opens the speaker's notes.
The lessons themselves are <a href="https://github.com/{repository}">on GitHub</a>.</p><ol>{rows}</ol></body></html>
'''

ROW = '<li><a href="{0}.html">{1}</a> <small>(<a href="{0}.pdf">PDF</a>)</small><br>{2}'

def pdf(browser, file):
    "Print a deck, a page a slide"
    page = browser.new_page(viewport=dict(width=1280, height=720))
    page.goto(file.resolve().as_uri() + '?print-pdf')
    page.wait_for_selector('.pdf-page', state='attached')
    page.wait_for_load_state('networkidle')
    page.pdf(path=file.with_suffix('.pdf'), prefer_css_page_size=True, print_background=True)
    page.close()

def make(dest):
    "Write all decks to the folder `dest`, and a page that lists them"
    dest.mkdir(parents=True, exist_ok=True)
    rows = ''
    for o in LESSONS:
        nb = nbformat.read(o, 4)
        (dest/f'{o.stem}.html').write_text(html(nb), encoding='utf-8')
        rows += ROW.format(o.stem, *map(escape, title(nb)))
    (dest/'index.html').write_text(CONTENTS.format(rows=rows, **facts()), encoding='utf-8')
    with sync_playwright() as pw:
        browser = launch(pw)
        if not browser: raise SystemExit(f'{MISSING} The decks are in {dest.name} as HTML; the PDFs need a browser.')
        for o in LESSONS: pdf(browser, dest/f'{o.stem}.html')
        browser.close()
    print(f'The decks are in {dest.name}, as HTML and as PDF.')

if __name__ == '__main__': make(ROOT/'_decks')
