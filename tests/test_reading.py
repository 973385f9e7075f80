"What a reader meets: titles, headings, pictures, links, outputs, and code in small pieces"
from urllib.parse import unquote

from common import *
import rules

def text_of(path): return rules.markdown(read(path)) if path.suffix == '.ipynb' else (ROOT/path).read_text(encoding='utf-8')

def own_file(url):
    "The path below ROOT that a badge or a GitHub address of this repository names; None for any other"
    found = re.search(rf'/{settings()["repository"]}/(?:blob/|tree/|raw/)?main/([^#?\s]+)', url)
    return found and found[1]

def link_problems(path, text):
    "Links in a text that stands at `path`: to files that the repository does not have, or to headings that they do not have"
    for url in rules.links(text):
        file, _, anchor = url.partition('#')
        outside = re.match(r'[a-z][a-z0-9+.-]*:|//', url)
        if outside and not own_file(url): continue
        target = ROOT/own_file(url) if outside else (ROOT/path.parent/unquote(file) if file else ROOT/path)
        here = Path(os.path.relpath(target.resolve(), ROOT))
        if here not in FILES and not any(here in o.parents for o in FILES): yield f'the link {url} leads to {here}, which is not there'
        elif anchor and here.suffix in ('.md', '.ipynb') and unquote(anchor) not in rules.anchors(text_of(here)):
            yield f'the link {url} names a heading that {here} does not have'

@each_notebook
def test_a_notebook_opens_with_its_title_and_what_it_is_for(path): check(rules.title(read(path)), path)

@each_notebook
def test_each_heading_stands_in_its_own_cell(path): check(rules.heading_cells(read(path)), path)

@each_text
def test_headings_go_down_one_level_at_a_time(path):
    check(rules.heading_order([level for level,_ in rules.headings(text_of(path))]), path)

@each_text
def test_every_picture_says_what_it_shows(path): check(rules.alt_text(text_of(path)), path)

@each_notebook
def test_what_a_figure_shows_is_said_before_it(path):
    check(rules.figures_in_words(read(path)), path, 'say in a markdown cell before it what there is to see')

NAMES = ROOT/'tests'/'words.txt'

def remarks_of(path):
    "Where and what is said in words: in the cells of a notebook, or on a page"
    if path.suffix != '.ipynb': return [(str(path), text_of(path))]
    return [(f'{path}, cell {i}', c.source if c.cell_type == 'markdown' else rules.remarks(c.source)) for i,c in enumerate(read(path).cells, 1)]

def test_words_are_spelt_as_in_britain():
    names, remarks = NAMES.read_text(encoding='utf-8').split(), [o for path in NOTEBOOKS + PAGES for o in remarks_of(path)]
    wrong = [f'{where}: {word!r} is in no British dictionary' for where,text in remarks for word in rules.misspelt(text, names)]
    check(wrong, todo=f'mend it, put it between `backticks` if it is code, or add it to {NAMES.relative_to(ROOT)} if it is a name')

def test_no_name_is_listed_without_need():
    needed = {rules.stem(word) for path in NOTEBOOKS + PAGES for _,text in remarks_of(path) for word in rules.misspelt(text)}
    check([f'{NAMES.relative_to(ROOT)}: {o} is written nowhere: remove it' for o in NAMES.read_text(encoding='utf-8').split() if rules.stem(o) not in needed])

@each_text
def test_every_link_inside_the_repository_leads_somewhere(path): check(link_problems(path, text_of(path)), path)

@each_lesson
def test_every_cell_of_a_lesson_has_its_place_in_the_slides(path): check(rules.slide_types(read(path)), path)

@each_notebook
def test_stored_outputs_are_fit_to_be_read(path):
    check(rules.stored_outputs(read(path)), path, 'mend the cell, run the notebook again, and commit its outputs')

def test_code_comes_in_small_pieces_explained_and_tested(record_property):
    lines, tested, prose = rules.cell_numbers(list(map(read, NOTEBOOKS)))
    numbers = f'median {lines:g} code lines a cell, {tested:.0%} of code cells with a test, {prose:.2f} markdown cells a code cell'
    record_property('over all notebooks', numbers)
    check([*(['the median code cell has more than 4 lines'] if lines > 4 else []),
           *(['less than 30 % of code cells have a test'] if tested < .3 else []),
           *(['there are fewer markdown cells than code cells'] if prose < 1 else [])], f'over all notebooks: {numbers}')
