"""The decks as files: for each lesson one HTML file that needs nothing beside it, and a PDF, with a page that lists them.
`make decks` writes them to _decks. reveal.js is not fetched: it is the one that shows the live slides, and RISE's package has it in its source maps."""
import json, re, sys
from base64 import b64encode
from html import escape
from importlib.resources import files
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from playwright.sync_api import sync_playwright

from browser import MISSING, find_browser, launch
from first_cells import ROOT, facts

OPTIONS = {'width', 'height', 'margin', 'minScale', 'center', 'controls', 'slideNumber', 'transition'}  # what RISE, too, hands on to reveal.js
PARTS = {'reveal_js': 'dist/reveal.esm.js', 'notes_js': 'plugin/notes/notes.esm.js', 'reveal_css': 'dist/reveal.css'}

def lessons(): return sorted((ROOT/'nbs').glob('[0-9]*.ipynb'))

def reveal():
    "The parts of reveal.js, by the names in PARTS: scripts as data: addresses, the style as text"
    found = {}
    for o in files('jupyterlab_rise').joinpath('static').iterdir():
        if not o.name.endswith('.js.map'): continue
        text = o.read_text(encoding='utf-8')
        if 'node_modules/reveal.js/' not in text: continue
        content = json.loads(text)
        for source,code in zip(content['sources'], content['sourcesContent']):
            for k,end in PARTS.items():
                if source.endswith(f'/reveal.js/{end}'): found[k] = code
    missing = [PARTS[k] for k in PARTS if k not in found]
    if missing: raise SystemExit(f"The package jupyterlab_rise no longer holds {', '.join(missing)} of reveal.js: look in tools/decks.py for how it is found.")
    found['reveal_css'] = re.search(r'___CSS_LOADER_EXPORT___\.push\(\[module\.id, `(.*?)`, ', found['reveal_css'], re.S)[1].replace(r'\\', '\\')
    return {k: 'data:text/javascript;base64,' + b64encode(v.encode()).decode() if k.endswith('_js') else v for k,v in found.items()}

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

def html(file, parts):
    "A lesson's deck as one page"
    nb = nbformat.read(file, 4)
    for c in nb.cells:
        if c.cell_type == 'markdown': c.source = outward(c.source, {o.stem for o in lessons()})
    deck = {**parts, 'title': title(nb)[0], 'our_css': (ROOT/'nbs'/'rise.css').read_text(encoding='utf-8'),
            'options': {k: v for k,v in nb.metadata['rise'].items() if k in OPTIONS}}
    exporter = SlidesExporter(extra_template_basedirs=[str(ROOT/'tools')], template_name='deck', exclude_input_prompt=True, exclude_output_prompt=True)
    return exporter.from_notebook_node(nb, {'deck': deck})[0]

def contents(made):
    "The page that lists the decks"
    rows = [f'<li><a href="{o.stem}.html">{escape(name)}</a> <small>(<a href="{o.stem}.pdf">PDF</a>)</small><br>{escape(words)}' for o,(name,words) in made]
    return f'''<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>The Whole Game: slides</title>
<style>:root {{ color-scheme: light dark }} body {{ max-width: 42em; margin: 3em auto; padding: 0 1em; font: 18px/1.5 system-ui, sans-serif }} li {{ margin: 1em 0 }}</style></head>
<body><h1>The Whole Game: slides</h1><p>Space goes on, Shift+Space back, S opens the speaker's notes. The lessons themselves are <a href="https://github.com/{facts()['repository']}">on GitHub</a>.</p>
<ol>{"".join(rows)}</ol></body></html>
'''

def pdf(browser, file):
    "Print a deck, a page a slide"
    page = browser.new_page(viewport=dict(width=1280, height=720))
    page.goto(file.resolve().as_uri() + '?print-pdf')
    page.wait_for_selector('.pdf-page', state='attached')
    page.wait_for_load_state('networkidle')
    page.pdf(path=file.with_suffix('.pdf'), prefer_css_page_size=True, print_background=True)
    page.close()

def make(dest):
    "Write all decks to the folder `dest`; returns the HTML files"
    dest.mkdir(parents=True, exist_ok=True)
    parts, made = reveal(), []
    for o in lessons():
        (dest/f'{o.stem}.html').write_text(html(o, parts), encoding='utf-8')
        made.append((dest/f'{o.stem}.html', title(nbformat.read(o, 4))))
    (dest/'index.html').write_text(contents(made), encoding='utf-8')
    if not find_browser(): raise SystemExit(f'{MISSING} The decks are in {dest.name} as HTML; the PDFs need a browser.')
    with sync_playwright() as pw:
        browser = launch(pw)
        for o,_ in made: pdf(browser, o)
        browser.close()
    return [o for o,_ in made]

if __name__ == '__main__':
    for o in make(ROOT/'_decks'): print(f'_decks/{o.name} and {o.stem}.pdf')
