"""Decks as an audience and a teacher meet them: every slide is looked at in a browser, light and dark, as the lesson
came out when it ran; and one deck is run live in JupyterLab"""
import json, secrets, socket, time
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import Request, urlopen

from jupyter_client import BlockingKernelClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import TimeoutError

from common import *
import decks
import rules

PICTURES = ROOT/'_slides'  # of every slide: looked at by people, kept by CI, ignored by git

# Looking at a slide. What is written in JavaScript runs in the page
SHOWN = '.slides > section.present > section.present'
WHERE = f'''() => {{ const all = [...document.querySelectorAll('.slides > section > section')];
  const here = document.querySelector('{SHOWN}');
  return here ? [all.indexOf(here), here.querySelectorAll('.fragment.visible').length] : null }}'''

# Elements that leave the slide, or are cut off by the one that they lie in
OVERFLOW = '''shown => {
  const found = [], slide = document.querySelector(shown), box = slide.getBoundingClientRect();
  const high = slide.scrollHeight - slide.clientHeight;
  if (high > 1) found.push(`is ${high} pixels too high`);
  for (const e of slide.querySelectorAll('*')) {
    const r = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!r.width || !r.height || e.closest('aside, textarea, .cm-layer, .cm-announced, [aria-hidden=true]')) continue;
    const out = r.left < box.left - 1 || r.right > box.right + 1 || r.bottom > box.bottom + 1;
    const wrong = out ? 'goes beyond its edge' :
      style.overflowX != 'visible' && e.scrollWidth > e.clientWidth + 1 ? 'is cut off at the side' :
      style.overflowY != 'visible' && e.scrollHeight > e.clientHeight + 3 ? 'is cut off below' : '';
    const name = (e.innerText || e.getAttribute('alt') || e.className).trim().slice(0, 50);
    if (wrong) { found.push(`"${name}" ${wrong}`); break } }
  return found }'''

# Code smaller than 20 pixels, pictures smaller than 250, and text too faint for its background
LEGIBLE = r'''shown => {
  const found = [], slide = document.querySelector(shown), rgb = s => s.match(/[\d.]+/g).map(Number);
  const linear = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.map(linear); return .2126*r + .7152*g + .0722*b };
  const over = (c, below) => c.slice(0, 3).map((v, i) => { const a = c[3] ?? 1; return a*v + (1 - a)*below()[i] });
  const behind = e => {
    if (!e) return [255, 255, 255];
    const style = getComputedStyle(e), bar = style.backgroundImage.match(/rgba?\([^)]*\)/);
    const c = rgb(bar ? bar[0] : style.backgroundColor), below = () => behind(e.parentElement);
    return c[3] === 0 ? below() : over(c, below) };
  for (const e of slide.querySelectorAll('pre, .cm-content'))
    if (e.offsetHeight && parseFloat(getComputedStyle(e).fontSize) < 20) found.push('code is smaller than 20 pixels');
  for (const e of slide.querySelectorAll('.jp-OutputArea img'))
    if (e.offsetHeight && Math.max(e.offsetHeight, e.offsetWidth) < 250) found.push('a picture is below 250 pixels')
  const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  for (let n; n = walk.nextNode();) {
    const e = n.parentElement, words = n.data.trim();
    if (!words || !e.getClientRects().length || e.closest('aside, style, script, .jp-InputPrompt')) continue;
    const [a, b] = [rgb(getComputedStyle(e).color).slice(0, 3), behind(e)].map(light).sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) found.push(`"${words.slice(0, 30)}" hardly stands out from its background`) }
  return [...new Set(found)] }'''

def look(page, number, pictures):
    "Yields what is wrong with the slide that is shown, in the dark and in the light; keeps a picture"
    for scheme in 'dark', 'light':
        page.emulate_media(color_scheme=scheme)
        yield from (f'{scheme}: {o}' for o in page.evaluate(OVERFLOW, SHOWN) + page.evaluate(LEGIBLE, SHOWN))
    # to hide the caret takes longer than the picture
    page.screenshot(path=pictures/f'{number:02}.jpg', type='jpeg', quality=80, caret='initial')

def inspect(page):
    "Yields what is wrong with the pixel inspector on this slide: it answers the pointer and the arrow keys"
    words, picture = page.locator(f'{SHOWN} .wg-pixels [role=status]'), page.locator(f'{SHOWN} .wg-pixels img')
    here, told = page.evaluate(WHERE), []
    for do in lambda: picture.hover(position=dict(x=60, y=40)), lambda: picture.press('ArrowRight'):
        do()
        told += re.findall(r'column (\d+), row (\d+): red \d+, green \d+, blue \d+', words.inner_text())
    if len(told) != 2 or int(told[1][0]) != int(told[0][0]) + 1 or told[1][1] != told[0][1]:
        yield f'the pixel inspector says {told} of a pixel and of the one to its right'
    page.evaluate('document.activeElement.blur()')
    if page.evaluate(WHERE) != here: yield 'an arrow key on the pixel inspector leaves the slide'

def walk(page, nb, pictures, asked, run=lambda i, first: ()):
    "Go through a deck with the space bar; `run` is called for each cell of code that appears. Yields problems"
    slides, count = rules.slides(nb), page.evaluate("document.querySelectorAll('.slides > section > section').length")
    if count != len(slides): yield f'the deck has {count} slides, the notebook {len(slides)}'
    for k,steps in enumerate(slides):
        wrong = []
        for j,shown in enumerate(steps):
            if (k, j) != (0, 0): page.keyboard.press('Space')
            try: page.wait_for_function(f'to => String(({WHERE})()) == String(to)', arg=[k, j], timeout=10_000)
            except TimeoutError:
                yield f'Space leads to {page.evaluate(WHERE)}, not to {[k, j]} (slide, fragments)'
                return
            code = [i for i in shown if nb.cells[i].cell_type == 'code']
            for i in code: wrong += run(i, i == code[0])
        if page.locator(f'{SHOWN} .wg-pixels img').count(): wrong += inspect(page)
        looks = list(look(page, k+1, pictures))  # an error that is told already is no feast for the eyes
        yield from (f'slide {k+1}, {o}' for o in wrong or looks)
    here = r'(https?://(127\.0\.0\.1|localhost)[:/]|data:|blob:|file:)'
    yield from (f'the page asks for {o}' for o in sorted({*asked}) if not re.match(here, o))

@contextmanager
def opened(browser, url, pictures):
    "A page in a fresh window, and the list of the addresses that it asked for"
    page, asked = browser.new_page(viewport=dict(width=1280, height=720), color_scheme='light'), []
    page.on('response', lambda o: asked.append(o.url))
    page.on('requestfailed', lambda o: asked.append(o.url) if 'csp' not in str(o.failure).lower() else None)
    pictures.mkdir(parents=True, exist_ok=True)
    try:
        page.goto(url, timeout=60_000)
        page.wait_for_function(f'() => String(({WHERE})()) == "0,0"', timeout=60_000)
        yield page, asked
    finally: page.close()

class Lab:
    "JupyterLab as `make slides` starts it, on a copy of the decks; what its code asks of the web gets no answer"
    def __init__(self, folder):
        port = socket.create_server(('127.0.0.1', 0)).getsockname()[1]  # one that was free just now
        self.folder, self.token, self.url = folder, secrets.token_hex(16), f'http://127.0.0.1:{port}'
        (folder/'nbs').mkdir()
        for o in (*LESSONS, 'nbs/rise.css'): shutil.copy(ROOT/o, folder/'nbs')
        own = {f'JUPYTER_{o}_DIR': str(folder/o.lower()) for o in ('CONFIG', 'DATA', 'RUNTIME')}
        proxy = {o: 'http://127.0.0.1:9' for o in ('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY')}
        env = {**os.environ, **own, **proxy, 'no_proxy': '127.0.0.1,localhost', 'JUPYTER_TOKEN': self.token}
        command = [BIN/'jupyter', 'lab', '--no-browser', '--allow-root', f'--ServerApp.port={port}',
                   f'--ServerApp.root_dir={folder}', f'--config={ROOT}/tools/slides_config.py']
        self.process = subprocess.Popen(command, cwd=folder, env=env, stderr=open(folder/'lab.log', 'w'))

    def kernel(self, path):
        "A client of the kernel that the deck will have, as soon as the server answers; it runs what no slide shows"
        asked = json.dumps(dict(path=str(path), name='', type='notebook', kernel=dict(name='python3'))).encode()
        request = Request(f'{self.url}/api/sessions', asked, {'Authorization': f'token {self.token}'})
        for _ in range(240):
            try: id = json.load(urlopen(request))['kernel']['id']
            except URLError: time.sleep(.25)
            else: break
        else: raise RuntimeError('JupyterLab does not start: ' + (self.folder/'lab.log').read_text()[-2000:])
        client = BlockingKernelClient(connection_file=str(self.folder/'runtime'/f'kernel-{id}.json'))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(60)
        return client

OLD_OUTPUT = "cell => cell.querySelectorAll('.jp-OutputArea-output').forEach(o => o.dataset.stored = 1)"
ACTIVE = "cell => cell.classList.contains('jp-mod-active')"
STARTED = r"cell => /^\[(\*|\d+)\]/.test(cell.querySelector('.jp-InputPrompt').innerText)"
FINISHED = r"cell => /^\[\d+\]/.test(cell.querySelector('.jp-InputPrompt').innerText)"

# What has come out of a cell: an error's words; else how many outputs can be seen on the slide that is shown
OUTPUT = r'''cell => { const outputs = [...cell.querySelectorAll('.jp-OutputArea-output')];
  const raised = outputs.filter(o => !o.matches('[data-mime-type$=stdout]')).map(o => o.innerText);
  const error = raised.find(o => o.includes('Traceback (most recent call last)'));
  if (error) return error.trim().split('\n').pop();
  const r = e => e.getBoundingClientRect(), shown = cell.closest('section.present > section.present');
  const fresh = outputs.filter(o => !o.dataset.stored && r(o).width && r(o).height);
  return shown ? fresh.filter(o => r(o).top < r(shown).bottom).length : 0 }'''

class Live:
    "Runs the code of a deck as a teacher would: Ctrl+Enter on the cells that are shown, and all the others beforehand"
    def __init__(self, page, nb, client): self.page, self.nb, self.client, self.ran = page, nb, client, 0

    def hidden(self, i):
        "Run the cells before `i` that no slide shows; yields what went wrong"
        for c in self.nb.cells[self.ran:i]:
            if c.cell_type != 'code' or c.metadata.slideshow.slide_type != 'skip': continue
            reply = self.client.execute_interactive(c.source, timeout=300, output_hook=lambda o: None)['content']
            if reply['status'] != 'ok': yield f"a hidden cell fails: {reply['ename']}: {reply['evalue']}\n{c.source}"

    def wait(self, what, cell, timeout):
        "Wait until this is so of the cell; returns whether it came to be"
        try: self.page.wait_for_function(what, arg=cell.element_handle(), timeout=timeout, polling=100)
        except TimeoutError: return False
        return True

    def started(self, cell, first):
        "Does Ctrl+Enter start the cell? One that has just ended may take the keys back: then one clicks again"
        for click in not first, True:
            if click: cell.locator('.cm-content').click()
            if not self.wait(ACTIVE, cell, 5000): continue
            self.page.keyboard.press('Control+Enter')
            if self.wait(STARTED, cell, 10_000): return True

    def run(self, i, first):
        "Run cell `i`, after all hidden cells before it; yields problems"
        yield from self.hidden(i)
        self.ran, cell, here = i+1, self.page.locator(f'[data-windowed-list-index="{i}"]'), self.page.evaluate(WHERE)
        cell.evaluate(OLD_OUTPUT)
        if not self.started(cell, first): yield f'cell {i+1}: Ctrl+Enter does not run it'
        elif not self.wait(FINISHED, cell, 300_000): yield f'cell {i+1} is not finished within five minutes'
        else:
            if self.page.evaluate(WHERE) != here: yield f'cell {i+1}: Ctrl+Enter leaves the slide'
            data = [{o.get('name'), *o.get('data', {})} for o in self.nb.cells[i].outputs]
            stored = any(o & {'stdout', 'image/png', 'image/jpeg'} for o in data)
            if stored and not self.wait(f'cell => ({OUTPUT})(cell) !== 0', cell, 5000):
                yield f'cell {i+1}: no output can be seen on the slide'
            found = cell.evaluate(OUTPUT)
            if isinstance(found, str): yield f'cell {i+1} fails live: {found}'

@each(LESSONS)
def test_a_deck_as_a_file_can_be_read_and_fetches_nothing(path, lesson, browser, tmp_path, record_property):
    "Every slide of what `make decks` would write of the lesson that has just run, with all its fragments"
    file, nb, pictures = tmp_path/'deck.html', lesson(path)[1], PICTURES/path.stem
    file.write_text(decks.html(nb), encoding='utf-8')
    with opened(browser, file.as_uri(), pictures) as (page, asked):
        check(walk(page, nb, pictures, asked), path, 'see the pictures in _slides')
    record_property(f'{path} as slides', len(rules.slides(nb)))

def walk_two(html, act, name, browser, tmp_path):
    "Two slides that show `html`: `act` yields what is wrong with each when it is used"
    slide, out = dict(slideshow=dict(slide_type='slide')), [new_output('display_data', {'text/html': html})]
    cells = [new_markdown_cell('# A\n> b', metadata=slide),
             *(new_code_cell(f'{name}()', outputs=out, metadata=slide) for _ in '12')]
    nb, file = new_notebook(cells=cells, metadata=read(LESSONS[0]).metadata), tmp_path/'deck.html'
    file.write_text(decks.html(nb), encoding='utf-8')
    with opened(browser, file.as_uri(), PICTURES/name) as (page, asked):
        check(walk(page, nb, PICTURES/name, asked, lambda *_: act(page)), 'slides', f'see _slides/{name}')

def run_live(path, browser, lab):
    "Space leads through all slides, Ctrl+Enter runs all their code, hidden cells are run before it"
    nb, client, pictures = read(path), lab.kernel(path), PICTURES/f'{path.stem}_live'
    with opened(browser, f'{lab.url}/rise/{path}?token={lab.token}', pictures) as (page, asked):
        page.wait_for_function("() => getComputedStyle(document.body).getPropertyValue('--paper')", timeout=20_000)
        page.mouse.click(1240, 600)  # as teachers are told: the keys go where one clicked last
        check(walk(page, nb, pictures, asked, Live(page, nb, client).run), path, 'see the pictures in _slides')
    client.shutdown()
    client.stop_channels()

def test_a_deck_works_live(browser, lab): run_live(LESSONS[7], browser, lab)
