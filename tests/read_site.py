"The site as a visitor meets it: built anew, then read in a browser, wide and narrow, light and dark"
import json, tarfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from common import *
import website

PAGES_SEEN = ['index.html', 'teaching.html', 'nbs/01_is_it_a_bird.html', 'api/photos.html']
WINDOWS = [(1400, 900, 'light'), (360, 700, 'dark')]

class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args): pass

@pytest.fixture(scope='module')
def site(tmp_path_factory):
    "A folder with the site, what Sphinx complained about, and its address"
    folder = tmp_path_factory.mktemp('site')
    said = website.make(folder)
    server = ThreadingHTTPServer(('127.0.0.1', 0), partial(Quiet, directory=folder))
    Thread(target=server.serve_forever, daemon=True).start()
    yield folder, said, f'http://127.0.0.1:{server.server_port}'
    server.shutdown()

@pytest.fixture(scope='module')
def axe(tmp_path_factory):
    "axe-core, which knows what keeps people out; npm has it"
    folder = tmp_path_factory.mktemp('axe')
    if not shutil.which('npm'): pytest.skip('accessibility was not checked: there is no npm here to fetch axe-core')
    done = subprocess.run(['npm', 'pack', '--silent', 'axe-core@4.14.1'], cwd=folder, capture_output=True, text=True)
    if done.returncode: pytest.skip(f'accessibility was not checked: npm does not get axe-core: {done.stderr[-200:]}')
    with tarfile.open(next(folder.glob('*.tgz'))) as f: return f.extractfile('package/axe.min.js').read().decode()

def test_every_link_on_the_site_resolves_and_notebooks_show_what_readers_need(site):
    folder, said, _ = site
    check(said.splitlines(), 'Sphinx')
    for o in LESSONS:
        page = (folder/o.with_suffix('.html')).read_text(encoding='utf-8')
        found = [k for k in ('#@title', 'next cell installs') if k in page]
        check([f'it shows {k!r}' for k in found], o)
        assert f'decks/{o.stem}.html' in page and 'colab.research' in page and 'Edit' in page

@pytest.mark.parametrize('page', PAGES_SEEN)
def test_a_page_asks_for_nothing_elsewhere_fits_a_phone_and_keeps_nobody_out(page, site, axe, browser):
    wrong = []
    for width,height,scheme in WINDOWS:
        tab, asked, errors = browser.new_page(viewport=dict(width=width, height=height), color_scheme=scheme), [], []
        tab.on('request', lambda o: asked.append(o.url))
        tab.on('pageerror', lambda o: errors.append(str(o)))
        tab.goto(f'{site[2]}/{page}')
        tab.wait_for_load_state('networkidle')
        wide = tab.evaluate('document.documentElement.scrollWidth')
        if wide > width: wrong.append(f'{width} pixels wide: it scrolls sideways, to {wide}')
        wrong += [f'it asks for {o}' for o in asked if not o.startswith((site[2], 'data:', 'blob:'))] + errors
        tab.evaluate(axe)
        found = tab.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")['violations']
        wrong += [f"{scheme}: {o['id']}, {o['help']}: {o['nodes'][0]['html'][:160]} ({len(o['nodes'])})" for o in found]
        tab.close()
    check(wrong, page)
