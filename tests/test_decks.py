"Decks as files: everything is in them, and every slide of the notebook is there"
from common import *
import decks

def outside(page):
    "Addresses of other computers from which a page would fetch something"
    return re.findall(r'''(?:<(?:script|link|img|iframe|source|video)\b[^>]*?(?:src|href)=["']?|@import\s+(?:url\()?["']?|url\(["']?)(https?:[^"'\s)>]+)''', page)

@each_lesson
def test_a_deck_is_one_file_that_fetches_nothing(path, parts):
    page = decks.html(ROOT/path, parts)
    check([f'its deck would fetch {o}' for o in outside(page)], path, 'store what is shown in the notebook: a lecture hall has no network')
    slides = sum(c.metadata.get('slideshow', {}).get('slide_type') in ('slide', 'subslide') for c in read(path).cells)
    made = len(re.findall(r'<section(?![^>]*data-markdown)', page)) - len(re.findall(r'<section[^>]*>\s*<section', page))
    assert made == slides, f'{path} declares {slides} slides, its deck has {made}'

@pytest.mark.parametrize('page', ['<script src="https://cdn.example/r.js">', '<img alt="a" src=http://a.example/b.png>', '@import url("https://fonts.example/a")'])
def test_what_a_deck_would_fetch_is_noticed(page): assert outside(page)
