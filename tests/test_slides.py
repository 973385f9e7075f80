"Decks as a teacher and an audience meet them: in a real browser, with live code; and as files"
import warnings

import nbformat, pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

from browser import MISSING, find_browser, launch
from common import *
from slides import COUNT, WHERE, Lab, Outside, declared, shown
import decks, rules

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
    Lessons that learn from pictures take a third of the batches in each round: minutes of training are no part of a slide, and test_notebooks.py trains in full"""
    nb, before = read(path), len(outside.asked)
    brief = 'fastai.vision' in '\n'.join(c.source for c in nb.cells)
    with shown(browser, lab, path, nb, PICTURES/path.stem, brief) as show: check(show.walk(), path, 'see the pictures in _slides')
    check([f'the code asks for {o}' for o in outside.asked[before:]], path)
    record_property(f'{path} as slides', f'{len(declared(nb))} slides, {show.live} cells run live')
    assert show.live == sum(c.cell_type == 'code' and c.metadata.slideshow.slide_type != 'skip' for c in nb.cells)
