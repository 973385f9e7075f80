"The box of lesson 8 to draw in: what mouse and finger do in it is what Python gets, in a page, on slides, on Colab"
import json, types

import numpy as np

from common import *
from test_slides import SHOWN, WHERE, walk_two
from wholegame import pictures
from wholegame.pictures import GesturePad, to_strokes

STORED = [[[12, 30, 0], [15, 34, 16]], [[200, 90, 400]]]

def html(): return GesturePad(STORED)._repr_html_()
def text(page, where=''): return page.locator(f'{where} .wg-gestures textarea').input_value()

def draw(page, *way, finger=False):
    "Press at the first of these places in the box, and go on to the others"
    box, cdp = page.locator('canvas:visible').bounding_box(), page.context.new_cdp_session(page)
    def touch(kind, *at): cdp.send('Input.dispatchTouchEvent', dict(type=kind, touchPoints=at))
    for i,(x,y) in enumerate(way):
        x, y = box['x'] + 2 + x*(box['width']-4)/480, box['y'] + 2 + y*(box['height']-4)/300
        if finger: touch('touchMove' if i else 'touchStart', dict(x=x, y=y))
        else: page.mouse.move(x, y)
        if not finger and not i: page.mouse.down()
        page.wait_for_timeout(20)
    touch('touchEnd') if finger else page.mouse.up()

WAY = [(100 + 20*i, 100 + 5*i) for i in range(12)]

def test_mouse_and_text(browser):
    page, wrong = browser.new_page(), []
    for o in 'request', 'pageerror': page.on(o, lambda o: wrong.append(o))
    page.set_content(f'{html()}<script>onkeydown = onpointerdown = e => document.title += e.type</script>')
    assert json.loads(text(page)) == STORED
    draw(page, *WAY)  # what was stored is gone
    draw(page, (300, 200), (302, 201))  # the hand shook
    assert page.get_by_role('status').inner_text() == '2 strokes' and page.get_by_text('stored drawing').is_visible()
    line, (press,) = json.loads(text(page))
    np.testing.assert_allclose(np.array(line)[:,:2], WAY, atol=1)
    assert line[0][2] == 0 and (np.diff([o[2] for o in line]) >= 12).all() and press[2] > line[-1][2]
    # the colours are Python's, halfway along each piece
    side = np.ptp(np.array([*line, press])[:,:2], axis=0).max()
    dye = '([x, y]) => [...document.querySelector("canvas").getContext("2d").getImageData(x, y, 1, 1).data]'
    found = [page.evaluate(dye, [a[0]+b[0], a[1]+b[1]])[:3] for a,b in zip(line[1:], line[2:])]
    np.testing.assert_allclose(found, pictures._colours(np.array(line, float), side)[2:], atol=2)
    for answer in 'resolve', 'reject':  # where a page may not copy by itself, what it has selected is copied
        page.evaluate(f"""copied = ''; byHand = false; document.oncopy = () => {{ byHand = true }};
            Object.defineProperty(navigator, 'clipboard', {{configurable: true, value: {{
                writeText: o => Promise.{answer}(copied = o)}}}})""")
        page.get_by_role('button', name='copy').press('Enter')
        page.wait_for_function(f'byHand == ("{answer}" == "reject")', timeout=5000)
        assert page.evaluate('copied') == text(page) and page.get_by_text('Copied.').count()
    assert [o.tolist() for o in to_strokes(text(page))] == [line, [press]]
    page.get_by_role('button', name='clear').press('Space')
    draw(page, (400, 200), (440, 100), (600, 50), (600, -50))  # what leaves the box stays at its edge
    assert np.array(json.loads(text(page))[0]).max(0)[0] == 480 and np.array(json.loads(text(page))[0]).min(0)[1] == 0
    assert page.get_by_role('status').inner_text() == '1 stroke'  # and not what was said before
    page.get_by_role('button', name='clear').press('Space')
    assert text(page) == '' and not wrong and page.title() == ''
    page.close()

def test_finger_on_a_narrow_screen_and_colab(browser, monkeypatch):
    functions, google = {}, types.ModuleType('google.colab')
    google.output = types.SimpleNamespace(register_callback=functions.__setitem__)
    monkeypatch.setitem(sys.modules, 'google.colab', google)
    monkeypatch.setattr(pictures, 'running_on', lambda: 'colab')
    pad = GesturePad()
    page = browser.new_context(has_touch=True, viewport=dict(width=320, height=600)).new_page()
    page.expose_function('python', lambda name, args, kwargs: functions[name](*args, **kwargs))
    page.set_content(f'''<meta name=viewport content="width=device-width"><script>google = {{colab: {{kernel: {{
        invokeFunction: python}}}}}}</script>{pad._repr_html_()}''')
    assert page.evaluate('document.documentElement.scrollWidth') == 320
    assert not page.get_by_text('stored drawing').is_visible()  # there is none
    draw(page, *WAY, finger=True)
    page.get_by_text('Python has it.').wait_for(timeout=5000)
    assert [o.tolist() for o in pad.strokes] == json.loads(text(page))
    np.testing.assert_allclose(pad.strokes[0][:,:2], WAY, atol=1.5)
    page.close()

def play(page):
    "What happens in the box leaves no slide, and a key after a click belongs to the slides again"
    here = page.evaluate(WHERE)
    for finger in False, True: draw(page, *((400 - 30*i, 150) for i in range(12)), finger=finger)
    if len(json.loads(text(page, SHOWN))) != 2: yield 'the strokes are not there'
    for o in 'ArrowRight', 'Space', 'n', 'PageDown': page.locator(f'{SHOWN} textarea').press(o)
    if page.evaluate(WHERE) != here: yield 'the box leaves the slide'
    page.locator(f'{SHOWN} button').last.click()
    if page.evaluate('document.activeElement.tagName') != 'BODY': yield 'after a click the box keeps the keys'

def test_on_slides(browser, tmp_path): walk_two(html(), play, 'gestures', browser, tmp_path)
