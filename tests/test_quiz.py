"Questions and checks as learners meet them: in JupyterLab, on slides, in a page, on paper; and all that is asked"
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from common import *
from test_slides import LEGIBLE, Live, PICTURES, SHOWN, WHERE, opened, walk
from wholegame import quiz
import decks

ASKED = {o.stem: quiz._questions(text(o), o) for o in FILES if o.parent == Path('data/questions')}

def form(found):
    "What is wrong with the questions of a lesson"
    n = sum(o.startswith('guess_') for o in found)
    if n != 4 or not 6 <= len(found)-n <= 10: yield f'it has {n} guess_… and {len(found)-n} others, not 4 and 6 to 10'
    for name,(question,rows) in found.items():
        if not re.fullmatch(r'\w+', name): yield f'the name "{name}" needs to be of letters, digits and _'
        words = [(question, 30), *((o, 15) for o,*_ in rows), *((why, 40) for *_,why in rows)]
        yield from (f'{name}: more than {n} words: {o}' for o,n in words if len(o.split()) > n)

def asks(nb, found):
    "What is wrong with the way in which a lesson asks them"
    code = [(i, o, c) for i,c in cells(nb, 'code') for o in re.findall(r"\bask\('(.+?)'\)", c.source)]
    named = [o for _,o,_ in code]
    yield from (f'{o} is asked {named.count(o)} times, not once' for o in {*found, *named} if named.count(o) != 1)
    for i,o,c in code:
        stored = ''.join(out.get('data', {}).get('text/html', '') for out in c.outputs)
        if o not in found: yield f'cell {i}: there is no question {o}'
        elif c.source != f"ask('{o}')": yield f'cell {i}: {o} needs a cell of its own'
        elif quiz.ask(o).html not in stored: yield f'cell {i}: {o} is stored in other words'

@each(LESSONS)
def test_a_lesson_asks_well(path):
    found = ASKED.get(path.name[:2], {})
    check([*(form(found) if found else ()), *asks(read(path), [f'{path.name[:2]}/{o}' for o in found])], path)

LESSON = max(ASKED, key=lambda o: max(len(str(q)) for q in ASKED[o].values()))
FIRST, *OTHERS = [f'{LESSON}/{o}' for o,q in sorted(ASKED[LESSON].items(), key=lambda o: -len(str(o)))]

def notebook(n=6):
    "The two questions that need most room, a short one, and checks of all three kinds (`n` of these), as stored"
    def cell(code):
        o = eval(code, vars(quiz))
        out = new_output('execute_result', {'text/html': o._repr_html_(), 'text/plain': repr(o)}, execution_count=1)
        return new_code_cell(code, outputs=[out], metadata={'slideshow': {'slide_type': 'subslide'}})
    lesson, code = read(LESSONS[0]), [f"ask('{o}')" for o in (FIRST, OTHERS[0], OTHERS[-1])]
    code += [f'check(lambda o: o, {o})' for o in ('...', '"<b>$2$</b>, *or* `3`"', None)]
    return new_notebook(cells=[lesson.cells[0], *map(cell, code[:n])], metadata=lesson.metadata)

def answer(page, box):
    "Answer with the keyboard alone, FIRST rightly, others wrongly before that; yields what goes wrong"
    name, here, at = box.get_attribute('data-name'), page.evaluate(WHERE), 0
    rows = ASKED[LESSON][name.split('/')[1]][1]
    right = [said for _,said,_ in rows].index('Right.')
    box.get_by_role('radio').first.focus()
    for i in [right]*(name == FIRST) + [(right+1) % len(rows), right]:
        for _ in range((i-at) % len(rows)): page.keyboard.press('ArrowDown')
        page.keyboard.press('Enter' if at else 'Space')
        at, said = i, box.locator('[aria-checked=true], [role=status]').all_inner_texts()
        found, wanted = (re.sub(r'[`*\s]', '', ''.join(o)) for o in (said, ('✗✓'[i == right], *rows[i])))
        if found != wanted: yield f'{name}: it says {found}, not {wanted}'
    page.keyboard.press('Escape')
    if page.evaluate(WHERE) != here: yield f'{name}: a key leaves the slide'

def answers(page, where=''):
    "Answer all questions there; yields what goes wrong, and what is hard to read then"
    for box in page.locator(f'{where} .wg-quiz').all(): yield from answer(page, box)
    for o in '.wg-quiz', '.wg-check': yield from page.evaluate(LEGIBLE, o) if page.locator(o).count() else ()

def test_questions_on_slides_in_a_page_and_on_paper(browser, tmp_path):
    nb, file, pictures = notebook(), tmp_path/'deck.html', PICTURES/'quiz'
    file.write_text(decks.html(nb), encoding='utf-8')
    with opened(browser, file.as_uri(), pictures) as (page, urls):
        check(walk(page, nb, pictures, urls, lambda i, first: answers(page, SHOWN)), 'slides', 'see _slides/quiz')
        assert page.locator('.wg-tally').all_text_contents() == ['1 of 3 right at the first try.']*3
    page = browser.new_page(viewport=dict(width=800, height=2000))
    for theme in 'light', 'dark':
        page.set_content(HTMLExporter(theme=theme).from_notebook_node(nb)[0])
        check(answers(page), f'{theme} page')
        page.screenshot(path=pictures/f'page_{theme}.jpg')
    page.emulate_media(media='print')
    assert [o for o in ('answers', 'reason', 'tally') if page.locator(f'.wg-{o}').first.is_visible()] == ['answers']

def test_questions_in_jupyterlab_and_live(browser, lab):
    nb, path, pictures = notebook(4), 'nbs/quiz.ipynb', PICTURES/'quiz_live'
    nbformat.write(nb, lab.folder/path)
    client, page = lab.kernel(path), browser.new_page(viewport=dict(width=1000, height=2000))
    client.execute_interactive('from wholegame.quiz import *')
    page.goto(f'{lab.url}/lab/tree/{path}?token={lab.token}')
    page.locator('.jp-OutputArea summary').first.click() # as long as it does not trust the notebook
    assert page.locator('details[open] p').is_visible() and not page.get_by_role('radio').count()
    page.get_by_role('menuitem', name='Run', exact=True).click()
    page.get_by_text('Run All Cells', exact=True).click()
    page.locator('.wg-answers').nth(2).wait_for()
    check(answers(page), 'JupyterLab')
    page.screenshot(path=pictures/'lab.jpg')
    page.close()
    with opened(browser, f'{lab.url}/rise/{path}?token={lab.token}', pictures) as (page, urls):
        page.mouse.click(1240, 600)
        live = Live(page, nb, client).run
        def run(i, first):
            yield from live(i, first)
            page.wait_for_timeout(300) # a cell that has just ended takes the keys back
            yield from answers(page, SHOWN)
        check(walk(page, nb, pictures, urls, run), 'live', 'see _slides/quiz_live')

@pytest.mark.skipif(not shutil.which('node'), reason='there is no node to read it')
def test_the_script_is_javascript():
    script = re.search('<script>(.*)</script>', text('data/quiz.html'), re.S)[1]
    assert subprocess.run(['node', '--check', '-'], input=script, text=True).returncode == 0
