"The panel of lesson 6 as learners meet it: by the keyboard alone, in a page and on slides, dark and light"
import json
from functools import cache

import numpy as np

from common import *
from test_slides import SHOWN, WHERE, walk_two
from wholegame.learning import features, panel

START = .5, -2., .3

@cache
def data():
    "The lesson's two numbers, of every fifth drawing, and whether it is a bird"
    files = sorted((ROOT/'data'/'birds_or_forest').glob('*/*.jpg'))[::5]
    x = np.array([features(o) for o in files])
    return (2*(x-x.min(0))/np.ptp(x, 0) - 1).round(6), np.array([o.parent.name == 'bird' for o in files])

def html(start=START):
    return panel(*data(), dict(x='</script>', y='<b>', classes=['&amp;', '"']), 'A "line"', start, 2.).data

def learnt(w, lr=2., steps=0):
    "What must come out: weights, loss, mistakes"
    x, y, w = np.c_[data()[0], np.ones(80)], data()[1], np.array(w)
    for _ in range(steps): w = w - lr*x.T@(1/(1+np.exp(-x@w)) - y)/len(x)
    return [*w, (np.logaddexp(0, x@w) - y*(x@w)).mean(), ((x@w > 0) != y).sum()]

def test_the_panel_learns_as_numpy_does_and_obeys_the_keyboard(browser):
    page, asked = browser.new_page(reduced_motion='reduce'), []
    page.on('request', lambda o: asked.append(o.url))
    page.on('pageerror', lambda o: asked.append(str(o)))
    page.set_content(f'{html((1., 1., 0.))}{html()}<script>onkeydown = e => document.title += e.key</script>')
    other, box = page.locator('.wg-panel').all()
    before = [other.inner_html(), box.locator('.cut').get_attribute('d')]
    def same(*keys, **so):
        "After these keys, weights, loss and mistakes are what NumPy finds, and the page says so"
        for o in keys: page.keyboard.press(o)
        found, due = json.loads(box.get_attribute('data-state')), learnt(**so)
        np.testing.assert_allclose([*found['w'], found['loss'], found['wrong']], due, rtol=1e-9)
        assert re.search(rf'{due[-1]} of 80 wrong\s+loss {due[-2]:.3f}\s', box.inner_text())
        assert 'NaN' not in box.inner_html()
    box.get_by_role('slider').first.focus()
    same('ArrowRight', 'ArrowRight', 'Tab', 'ArrowDown', 'Tab', 'End', w=(.7, -2.1, 10))
    assert box.locator('.cut').get_attribute('d') != before[1]
    same(*['Tab']*4, 'Space', w=START)  # start again
    assert [other.inner_html(), box.locator('.cut').get_attribute('d')] == before
    same('Shift+Tab', 'Enter', 'Shift+Tab', 'Space', w=START, steps=11)
    same('Tab', 'Tab', 'Enter', *['Shift+Tab']*3, 'End', 'Tab', 'Enter', w=START, lr=100., steps=1)  # too far
    assert learnt(START, 100., 1)[-2] > 3*learnt(START)[-2]
    box.get_by_role('status').get_by_text('of 80 wrong, loss').wait_for(timeout=5000)
    assert not asked and not page.title()
    page.close()

def press(page):
    "Keys on the panel of this slide leave no slide; a click gives them back to the slides"
    here, button = page.evaluate(WHERE), page.locator(f'{SHOWN} button')
    for o in 'Enter', 'Space', 'ArrowRight', 'PageDown', 'n': button.nth(1).press(o)
    if page.evaluate(WHERE) != here: yield 'a key on the panel leaves the slide'
    button.first.click()
    if page.evaluate('document.activeElement.tagName') == 'BUTTON': yield 'after a click the panel keeps the keys'

def test_two_panels_on_slides(browser, tmp_path): walk_two(html(), press, 'panel', browser, tmp_path)
