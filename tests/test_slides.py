"Decks as a teacher and an audience meet them: in a real browser, with live code; and as files"
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

from browser import MISSING, find_browser, launch
from common import *
from slides import LEGIBLE, OVERFLOW, WHERE, Lab, Outside, declared, shown
import decks

PICTURES = ROOT/'_slides'  # a picture of every slide, light and dark: looked at by people, kept by CI, ignored by git

@pytest.fixture(scope='module')
def outside(): return Outside()

@pytest.fixture(scope='module')
def browser():
    "The computer's browser, cut off from the world. Where `.ci/run` prepared the machine it must be there"
    if not find_browser():
        if os.environ.get('NEEDS_BROWSER'): pytest.fail(MISSING, pytrace=False)
        pytest.skip(f'NO SLIDE WAS CHECKED. {MISSING}')
    with sync_playwright() as pw:
        browser = launch(pw, '--proxy-server=127.0.0.1:9')
        yield browser
        browser.close()

@pytest.fixture(scope='module')
def lab(browser, outside, tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp('lab'), LESSONS, outside)
    yield lab
    lab.stop()

@each_lesson
def test_a_deck_works_live(path, lab, browser, outside, record_property):
    """Space leads through all slides, Ctrl+Enter runs all their code, hidden cells are run before it, and every slide is looked at, light and dark.
    Lessons that learn from pictures take one batch in each round: minutes of training are no part of a slide, and test_notebooks.py trains in full"""
    nb, before = read(path), len(outside.asked)
    brief = 'fastai.vision' in '\n'.join(c.source for c in nb.cells)
    with shown(browser, lab, path, nb, PICTURES/path.stem, brief) as show: check(show.walk(), path, 'see the pictures in _slides')
    check([f'the code asks for {o}' for o in outside.asked[before:]], path)
    record_property(f'{path} as slides', f'{len(declared(nb))} slides, {show.live} cells run live')
    assert show.live == sum(c.cell_type == 'code' and c.metadata.slideshow.slide_type != 'skip' for c in nb.cells)

@each_lesson
def test_a_deck_as_a_file_can_be_read(path, parts, browser, tmp_path):
    "Every slide of what `make decks` writes, with all of its fragments, light and dark"
    file, found = tmp_path/'deck.html', []
    file.write_text(decks.html(ROOT/path, parts), encoding='utf-8')
    page = browser.new_page(viewport=dict(width=1280, height=720))
    page.goto(file.as_uri())
    for k,slide in enumerate(declared(read(path))):
        for j in range(len(slide.steps)):
            if (k, j) != (0, 0): page.keyboard.press('Space')
            page.wait_for_function(f'to => String(({WHERE})()) == String(to)', arg=[k, j], timeout=5000)
        for scheme in ('dark', 'light'):
            page.emulate_media(color_scheme=scheme)
            found += [f'slide {k+1}, {scheme}: {o}' for o in page.evaluate(OVERFLOW, slide.scrolls) + page.evaluate(LEGIBLE)]
    page.close()
    check(found, path, 'run make decks, and see the deck in _decks')

def cell(make, kind, source, **kw): return make(source, metadata={'slideshow': {'slide_type': kind}}, **kw)

def test_what_is_wrong_with_a_deck_is_noticed(lab, browser, outside, tmp_path):
    stored = [new_output('stream', text='42')]
    nb = new_notebook(metadata=read(LESSONS[0]).metadata, cells=[
        cell(new_markdown_cell, 'slide', '# A deck'),
        cell(new_code_cell, 'skip', "from urllib.request import urlopen\nurlopen('http://hidden.example', timeout=5)"),
        cell(new_code_cell, 'slide', "for i in range(40): print(i)"),
        cell(new_code_cell, 'subslide', '1/0'),
        cell(new_code_cell, 'subslide', '42;', outputs=stored),
        cell(new_code_cell, 'subslide', "from IPython.display import HTML\nHTML('<p style=\"color:#bbb;width:2000px\">hard to read</p>')"),
        cell(new_code_cell, 'subslide', "HTML('<p style=\"background:linear-gradient(90deg, #a5ddff 50%, transparent 50%)\">a bar</p>')")])
    nbformat.write(nb, lab.folder/'nbs'/'made.ipynb')
    with shown(browser, lab, 'nbs/made.ipynb', nb, tmp_path) as show: found = '\n'.join(show.walk())
    expected = ['cell 2, which is on no slide, fails: HTTPError', 'slide 2, light: is ', 'slide 3, cell 4 fails live: ZeroDivisionError', 'slide 4, cell 5: no output can be seen',
                'slide 5, light: "hard to read" is cut off', 'slide 5, light: "hard to read" hardly stands out', 'slide 6, dark: "a bar" hardly stands out']
    check([f'{o!r} was not noticed in:\n{found}' for o in expected if o not in found])
    assert any('hidden.example' in o for o in outside.asked)
    assert len(list(tmp_path.glob('*.png'))) == 2 * len(declared(nb))
