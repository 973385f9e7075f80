"What a deck must be, read from its notebook; and a JupyterLab with a browser, both cut off from the world, that show what it is"
import json, re, secrets, socketserver, subprocess, threading, time
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.request import Request, urlopen

from jupyter_client import BlockingKernelClient
from playwright.sync_api import TimeoutError

from common import BIN, ROOT, os, shutil

# What the notebook declares

@dataclass
class Slide:
    scrolls: bool = False                      # its first cell's `slideshow` says {"scroll": true}: it may be higher than the screen
    steps: list = field(default_factory=list)  # for each step the numbers of the cells that appear then: first the slide, then its fragments

def declared(nb):
    "The slides of a notebook as RISE makes them. What is skipped or a note appears nowhere"
    slides = []
    for i,c in enumerate(nb.cells):
        kind = c.metadata.get('slideshow', {}).get('slide_type')
        if kind in ('skip', 'notes'): continue
        if kind in ('slide', 'subslide') or not slides: slides.append(Slide(bool(c.metadata['slideshow'].get('scroll')), [[]]))
        elif kind == 'fragment': slides[-1].steps.append([])
        slides[-1].steps[-1].append(i)
    return slides

# A JupyterLab and a browser

class Outside:
    "A proxy that lets nothing through, and writes down what was asked for"
    def __init__(self):
        asked = self.asked = []
        class Refuse(socketserver.StreamRequestHandler):
            def handle(self):
                asked.append(self.rfile.readline().decode('latin1').strip())
                self.wfile.write(b'HTTP/1.1 502 Bad Gateway\r\n\r\n')
        self.server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Refuse)
        self.server.daemon_threads = True
        self.address = f'http://127.0.0.1:{self.server.server_address[1]}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

class Lab:
    "JupyterLab as `make slides` starts it, on a copy of the decks"
    def __init__(self, folder, lessons, outside):
        self.folder, self.token = folder, secrets.token_hex(16)
        (folder/'nbs').mkdir()
        for o in (*lessons, 'nbs/rise.css'): shutil.copy(ROOT/o, folder/'nbs')
        own = {f'JUPYTER_{o.upper()}_DIR': str(folder/o) for o in ('config', 'data', 'runtime')}
        proxy = {o: outside.address for o in ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY')} | dict(no_proxy='127.0.0.1,localhost', NO_PROXY='127.0.0.1,localhost')
        self.log = open(folder/'lab.log', 'w+')
        self.process = subprocess.Popen([BIN/'jupyter', 'lab', '--no-browser', '--allow-root', '--ServerApp.port=0', f'--config={ROOT}/tools/slides_config.py',
                                         f'--ServerApp.root_dir={folder}'], cwd=folder, stdout=self.log, stderr=self.log, env={**os.environ, **own, **proxy, 'JUPYTER_TOKEN': self.token})
        self.url = self._url()

    def _url(self):
        "Its address, as soon as it answers"
        for _ in range(240):
            for o in (self.folder/'runtime').glob('jpserver-*.json'):
                if o.stat().st_size: return json.loads(o.read_text())['url']
            if self.process.poll() is not None: break
            time.sleep(.25)
        raise RuntimeError('JupyterLab does not start: ' + (self.folder/'lab.log').read_text()[-2000:])

    def address(self, path): return f'{self.url}rise/{path}?token={self.token}'

    def kernel(self, path):
        "A second client of the kernel behind a deck: it runs the cells that no slide shows"
        ask = Request(f'{self.url}api/sessions', headers={'Authorization': f'token {self.token}'})
        for _ in range(240):
            id = next((o['kernel']['id'] for o in json.load(urlopen(ask)) if o['path'] == str(path)), None)
            if id: break
            time.sleep(.25)
        client = BlockingKernelClient(connection_file=str(self.folder/'runtime'/f'kernel-{id}.json'))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(60)
        return client

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

def run_hidden(client, source, timeout=300):
    "Run a cell that no slide shows; returns what went wrong, or None"
    reply = client.execute_interactive(source, timeout=timeout, allow_stdin=False, output_hook=lambda o: None)['content']
    return None if reply['status'] == 'ok' else f"{reply['ename']}: {reply['evalue']}"

# Every round of training on pictures gets one batch to learn from and one to check: cells, progress bars and tables are those of the lesson, only the model is worse
BRIEF = '''
from fastai.callback.core import Callback
from fastai.learner import defaults
from itertools import islice
from torch import nn

class Brief(Callback):
    order = -9
    def cut(self):
        fits = not hasattr(self.learn, 'gather_preds')
        if fits and any(isinstance(o, nn.Conv2d) for o in self.model.modules()): self.learn.dl = list(islice(self.dl, 1))
    before_train = before_validate = cut

defaults.callbacks.append(Brief)
'''

def seen(outputs):
    "Is there anything to see in these outputs? (A progress bar leaves an empty one behind.)"
    return any(o.get('text', '').strip() or any(v.strip() for k,v in o.get('data', {}).items() if k in ('image/jpeg', 'image/png', 'text/html') or k == 'text/plain' and len(o.data) == 1)
               for o in outputs if o.get('name') != 'stderr')

# Looking at a slide. Each function runs in the page

WHERE = '''() => { const all = [...document.querySelectorAll('.slides > section > section')], here = document.querySelector('.slides > section.present > section.present');
  return here ? [all.indexOf(here), here.querySelectorAll('.fragment.visible').length] : null }'''

COUNT = "() => document.querySelectorAll('.slides > section > section').length"

# Elements that leave the slide, or are cut off by the one that they lie in
OVERFLOW = '''scrolls => { const found = [], slide = document.querySelector('.slides > section.present > section.present'), box = slide.getBoundingClientRect();
  const name = e => `"${(e.innerText || e.getAttribute('alt') || e.className).trim().slice(0, 50)}"`;
  if (!scrolls && slide.scrollHeight > slide.clientHeight + 1) found.push(`is ${slide.scrollHeight - slide.clientHeight} pixels too high`);
  for (const e of slide.querySelectorAll('*')) { const r = e.getBoundingClientRect();
    if (!r.width || !r.height || e.closest('aside, .cm-layer, .cm-announced, [aria-hidden=true]')) continue;
    if (r.left < box.left - 1 || r.right > box.right + 1 || !scrolls && r.bottom > box.bottom + 1) { found.push(`${name(e)} goes beyond its edge`); break }
    if (getComputedStyle(e).overflowX != 'visible' && e.scrollWidth > e.clientWidth + 1) { found.push(`${name(e)} is cut off at the side`); break }
    if (getComputedStyle(e).overflowY != 'visible' && e.scrollHeight > e.clientHeight + 3) { found.push(`${name(e)} is cut off below`); break } }
  return found }'''

# Code smaller than 20 pixels, pictures smaller than 250, and text too faint for its background
LEGIBLE = '''() => { const found = [], slide = document.querySelector('.slides > section.present > section.present');
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126*r + .7152*g + .0722*b };
  const over = (c, below) => c.slice(0, 3).map((v, i) => { const a = c[3] ?? 1; return a*v + (1 - a)*below()[i] });
  const behind = e => { if (!e) return [255, 255, 255]; const style = getComputedStyle(e), bar = style.backgroundImage.match(/rgba?\\([^)]*\\)/), c = rgb(bar ? bar[0] : style.backgroundColor);
    return c[3] === 0 ? behind(e.parentElement) : over(c, () => behind(e.parentElement)) };
  for (const e of slide.querySelectorAll('pre, .cm-content')) if (e.offsetHeight && parseFloat(getComputedStyle(e).fontSize) < 20) found.push('code is smaller than 20 pixels');
  for (const e of slide.querySelectorAll('.jp-OutputArea img')) if (e.offsetHeight && Math.max(e.offsetHeight, e.offsetWidth) < 250) found.push('a picture is smaller than 250 pixels');
  const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT); let n;
  while (n = walk.nextNode()) { const e = n.parentElement; if (!n.data.trim() || !e.getClientRects().length || e.closest('aside, style, script, .jp-InputPrompt, .cm-announced')) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(behind(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) found.push(`"${n.data.trim().slice(0, 30)}" hardly stands out from its background`) }
  return [...new Set(found)] }'''

HERE = 'section.present > section.present'

CELL = '[data-windowed-list-index="{}"]'

OLD_OUTPUT = "cell => cell.querySelectorAll('.jp-OutputArea-output').forEach(o => o.dataset.stored = 1)"

# What has come out of a cell: an error's words; else how many outputs can be seen on the slide that is shown
OUTPUT = '''cell => { const error = [...cell.querySelectorAll('.jp-OutputArea-output')].map(o => o.innerText).find(o => o.includes('Traceback (most recent call last)'));
  if (error) return error.trim().split('\\n').pop();
  const r = e => e.getBoundingClientRect(), shown = cell.closest('section.present > section.present');
  return shown ? [...cell.querySelectorAll('.jp-OutputArea-output:not([data-stored])')].filter(o => r(o).width && r(o).height && r(o).top < r(shown).bottom).length : 0 }'''

STARTED = "i => /^\\[(\\*|\\d+)\\]/.test(document.querySelector(`[data-windowed-list-index=\"${i}\"] .jp-InputPrompt`).innerText)"

FINISHED = "i => /^\\[\\d+\\]/.test(document.querySelector(`[data-windowed-list-index=\"${i}\"] .jp-InputPrompt`).innerText)"

ACTIVE = "i => document.querySelector(`[data-windowed-list-index=\"${i}\"]`).classList.contains('jp-mod-active')"

@dataclass
class Show:
    "A deck on the screen"
    page: object
    nb: object
    client: object
    pictures: object  # Path of the folder for screenshots
    asked: list       # Addresses that the page asked for
    brief: bool       # Is the training cut short? Then checks of what was learned may fail: they are the business of test_notebooks.py
    ran: int = 0      # Cells before this one have been run
    live: int = 0     # Shown cells that were run

    def forgives(self, error): return self.brief and error.startswith('AssertionError')

    def go(self, to):
        "Press Space; yields a problem unless that leads where it should"
        self.page.keyboard.press('Space')
        try: self.page.wait_for_function(f'to => String(({WHERE})()) == String(to)', arg=to, timeout=10_000)
        except TimeoutError: yield f'Space leads to {self.page.evaluate(WHERE)}, not to {to} (slide, fragments)'

    def pressed(self, cell, i, click, wait):
        "Does Ctrl+Enter, after a click where one is needed, start the cell within `wait` milliseconds?"
        if click: cell.locator('.cm-content').click()
        try:
            self.page.wait_for_function(ACTIVE, arg=i, timeout=5000)
            self.page.keyboard.press('Control+Enter')
            self.page.wait_for_function(STARTED, arg=i, timeout=wait)
        except TimeoutError: return False
        return True

    def run(self, i, selected):
        "Run cell `i` as a teacher would, after all hidden cells before it; yields problems"
        for j in range(self.ran, i):
            c = self.nb.cells[j]
            wrong = run_hidden(self.client, c.source) if c.cell_type == 'code' and c.metadata.slideshow.slide_type == 'skip' else None
            if wrong and not self.forgives(wrong): yield f'cell {j+1}, which is on no slide, fails: {wrong}'
        self.ran, cell = i+1, self.page.locator(CELL.format(i))
        if selected:
            try: self.page.wait_for_function(ACTIVE, arg=i, timeout=5000)
            except TimeoutError:
                yield f'cell {i+1}: the first code on a slide is not selected by itself'
                selected = False
        cell.evaluate(OLD_OUTPUT)
        here = self.page.evaluate(WHERE)
        # A cell that has just ended takes the keys back for a moment: who clicks into the next one within that moment has to click again
        if not any(self.pressed(cell, i, *o) for o in ((not selected, 5000), (True, 20_000))): yield f'cell {i+1}: Ctrl+Enter does not run it'; return
        try: self.page.wait_for_function(FINISHED, arg=i, timeout=300_000, polling=100)
        except TimeoutError: yield f'cell {i+1} is not finished within five minutes'; return
        self.live += 1
        if self.page.evaluate(WHERE) != here: yield f'cell {i+1}: Ctrl+Enter leaves the slide'
        if seen(self.nb.cells[i].outputs):
            try: self.page.wait_for_function(f'cell => ({OUTPUT})(cell) !== 0', arg=cell.element_handle(), timeout=5000)
            except TimeoutError: yield f'cell {i+1}: no output can be seen on the slide'
        found = cell.evaluate(OUTPUT)
        if isinstance(found, str) and not self.forgives(found): yield f'cell {i+1} fails live: {found}'

    def look(self, slide, number, scheme):
        "Yields what is wrong with the slide that is shown, in light or dark; keeps a picture"
        self.page.emulate_media(color_scheme=scheme)
        forgiven = self.brief and 'Traceback (most recent call last)' in self.page.locator(HERE).inner_text()
        for o in [] if forgiven else self.page.evaluate(OVERFLOW, slide.scrolls) + self.page.evaluate(LEGIBLE): yield f'slide {number+1}, {scheme}: {o}'
        self.page.screenshot(path=self.pictures/f'{number+1:02}_{scheme}.png', caret='initial')  # to hide the caret takes longer than the picture

    def inspect(self):
        "Yields what is wrong with the pixel inspector on this slide"
        words, picture = self.page.locator(f'{HERE} .wg-pixels [role=status]'), self.page.locator(f'{HERE} .wg-pixels img')
        here, told = self.page.evaluate(WHERE), re.compile(r'column (\d+), row (\d+): red \d+, green \d+, blue \d+')
        picture.hover(position=dict(x=60, y=40))
        first = told.search(words.inner_text())
        picture.focus()
        self.page.keyboard.press('ArrowRight')
        second = told.search(words.inner_text())
        if not first: yield f'the pixel inspector does not answer the pointer: {words.inner_text()}'
        elif not second or int(second[1]) != int(first[1]) + 1 or second[2] != first[2]: yield f'the pixel inspector does not answer the keyboard: after {first[0]} comes {second and second[0]}'
        if self.page.evaluate(WHERE) != here: yield 'an arrow key on the pixel inspector leaves the slide'
        self.page.evaluate('document.activeElement.blur(); document.querySelector(".jp-Notebook").focus()')

    def walk(self):
        "Go through the deck with the space bar and run all its code; yields problems"
        slides = declared(self.nb)
        if self.page.evaluate(COUNT) != len(slides): yield f'the deck has {self.page.evaluate(COUNT)} slides, the notebook declares {len(slides)}'
        for k,slide in enumerate(slides):
            for j,cells in enumerate(slide.steps):
                if (k, j) != (0, 0):
                    lost = list(self.go([k, j]))
                    yield from lost
                    if lost: return
                code = [i for i in cells if self.nb.cells[i].cell_type == 'code']
                for i in code: yield from (f'slide {k+1}, {o}' for o in self.run(i, i == code[0]))
            if self.page.locator(f'{HERE} .wg-pixels img').count(): yield from (f'slide {k+1}: {o}' for o in self.inspect())
            for scheme in ('dark', 'light'): yield from self.look(slide, k, scheme)
        yield from (f'the page asks for {o}' for o in sorted({*self.asked}) if not re.match(r'(https?://(127\.0\.0\.1|localhost)[:/]|data:|blob:)', o))

@contextmanager
def shown(browser, lab, path, nb, pictures, brief=False):
    "A deck in a fresh window, nothing run yet"
    page = browser.new_page(viewport=dict(width=1280, height=720), color_scheme='light')
    asked = []
    page.on('response', lambda o: asked.append(o.url))
    page.on('requestfailed', lambda o: asked.append(o.url) if 'csp' not in str(o.failure).lower() else None)
    pictures.mkdir(parents=True, exist_ok=True)
    client = None
    try:
        page.goto(lab.address(path), timeout=60_000)
        page.wait_for_function(f'() => String(({WHERE})()) == "0,0"', timeout=60_000)
        page.wait_for_function("() => getComputedStyle(document.body).getPropertyValue('--paper')", timeout=20_000)
        client = lab.kernel(path)
        page.mouse.click(1240, 600)  # as teachers are told: the keys go where one clicked last
        if brief: run_hidden(client, BRIEF)
        yield Show(page, nb, client, pictures, asked, brief)
    finally:
        if client:
            client.shutdown()
            client.stop_channels()
        page.close()
