"Decks as an audience and a teacher meet them: every slide is looked at in a browser, and one deck is run live"
from playwright.sync_api import sync_playwright

from browser import MISSING, launch
from common import *
from slides import Lab, declared, opened, walk, walk_live
import decks

PICTURES = ROOT/'_slides'  # every slide, light and dark: looked at by people, kept by CI, ignored by git

@pytest.fixture(scope='session')
def browser():
    "The computer's browser, cut off from the world. Where `.ci/run` prepared the machine it must be there"
    with sync_playwright() as pw:
        browser = launch(pw, '--proxy-server=127.0.0.1:9')
        end = pytest.fail if os.environ.get('NEEDS_BROWSER') else pytest.skip
        if not browser: end(f'no slide was checked. {MISSING}')
        yield browser
        browser.close()

@pytest.fixture(scope='session')
def lab(browser, tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp('lab'))
    yield lab
    lab.process.terminate()
    lab.process.wait(30)

@whole_lesson
def test_a_deck_as_a_file_can_be_read_and_fetches_nothing(path, lesson, browser, tmp_path, record_property):
    "Every slide of what `make decks` would write of the lesson that has just run, with all its fragments"
    file, nb, pictures = tmp_path/'deck.html', lesson(path)[1], PICTURES/path.stem
    file.write_text(decks.html(nb), encoding='utf-8')
    with opened(browser, file.as_uri(), pictures) as (page, asked):
        check(walk(page, nb, pictures, asked), path, 'see the pictures in _slides')
    record_property(f'{path} as slides', len(declared(nb)))

def run_live(path, browser, lab):
    "Space leads through all slides, Ctrl+Enter runs all their code, hidden cells are run before it"
    check(walk_live(browser, lab, path, PICTURES/f'{path.stem}_live'), path, 'see the pictures in _slides')

def test_a_deck_works_live(browser, lab): run_live(LESSONS[3], browser, lab)
