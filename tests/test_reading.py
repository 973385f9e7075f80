"What a reader meets: titles, headings, pictures, links, outputs"
from urllib.parse import unquote

from common import *
import rules

def words_of(path):
    return '\n\n'.join(c.source for _,c in cells(read(path), 'markdown')) if path.suffix == '.ipynb' else text(path)

def own_file(url):
    "The path below ROOT that a badge or a GitHub address of this repository names; None for any other"
    found = re.search(rf'/{facts()["repository"]}/(?:blob/|tree/|raw/)?(?:main|v[\d.]+)/([^#?\s]+)', url)
    return found and found[1]

def link_problems(path):
    "Links to files that the repository does not have, or to headings that they do not have"
    for url in rules.links(words_of(path)):
        file, _, anchor = url.partition('#')
        outside = re.match(r'[a-z][a-z0-9+.-]*:|//', url)
        if outside and not own_file(url): continue
        target = ROOT/own_file(url) if outside else (ROOT/path.parent/unquote(file) if file else ROOT/path)
        here = Path(os.path.relpath(target.resolve(), ROOT))
        if here not in FILES and not any(here in o.parents for o in FILES):
            yield f'the link {url} leads to {here}, which is not there'
        elif anchor and here.suffix in ('.md', '.ipynb') and unquote(anchor) not in rules.anchors(words_of(here)):
            yield f'the link {url} names a heading that {here} does not have'

@each(NOTEBOOKS + PAGES)
def test_pictures_say_what_they_show_and_links_lead_somewhere(path):
    check([*rules.alt_text(words_of(path)), *link_problems(path)], path)

@each(NOTEBOOKS)
def test_a_notebook_is_laid_out_for_reading(path):
    nb = read(path)
    check([*rules.layout(nb), *rules.figures_in_words(nb), *(rules.slide_types(nb) if path in LESSONS else [])], path)
    check(rules.stored_outputs(nb), path, 'mend the cell, run the notebook again, and commit its outputs')

LEAN = dict(zip(LESSONS, (40, 50, 35, 35, 35)))  # lines of code up to the first training

@each(LEAN)
def test_a_lesson_comes_to_the_point_and_its_slides_are_for_an_audience(path):
    n = rules.lines_to_the_fit(read(path))
    late = [f'{n} lines of code up to the first training, more than {LEAN[path]}'] if n > LEAN[path] else []
    check([*rules.for_an_audience(read(path)), *late], path)
