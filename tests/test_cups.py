"Cups as a class meets them: a teacher and three students in the browser, live slides, and people who mean no good"
import json, socket, time
from contextlib import contextmanager
from threading import Thread
from urllib.error import HTTPError
from urllib.request import urlopen

from common import *
from test_slides import LEGIBLE, PICTURES, SHOWN, Lab, opened
from wholegame import cups

LATER = [0]  # seconds by which the room's clock is ahead

@contextmanager
def served(file, port=0):
    "A server in a thread; the students' address and the teacher's"
    with socket.create_server(('127.0.0.1', port)) as listening:
        room = cups.Room('s'*22, file, clock=lambda: time.monotonic() + LATER[0])
        url = f'http://127.0.0.1:{listening.getsockname()[1]}/'
        server = cups._server(cups.cups_app(room, url))
        (thread := Thread(target=server.run, args=[[listening]])).start()
        try: yield url, f'{url}{room.secret}/'
        finally:
            server.should_exit = True
            thread.join()

def ask(url, **said):
    try: answer = urlopen(url, json.dumps(said).encode() if said else None)
    except HTTPError as e: answer = e
    return answer.status, answer.read().decode()

def state(own): return json.loads(ask(own + 'state')[1])
def new_id(url): return re.search('data-id="(.+?)"', ask(url)[1])[1]

def test_a_class_with_one_teacher_and_three_students(browser, tmp_path):
    wrong, shown = [], "n => [...document.querySelectorAll('.counts b')].map(o => o.innerText).join('') == n"
    def visit(url, events=True):
        page = browser.new_context(viewport=dict(width=390, height=700)).new_page()
        page.on('pageerror', lambda e: wrong.append(str(e)))
        if not events: page.route('**/events', lambda o: o.abort())  # as some proxies do: then the page polls
        page.goto(url)
        return page
    with served(tmp_path/'cups.csv') as (url, own):
        teachers, students = [visit(own), visit(own, events=False)], [visit(url) for _ in cups.COLOURS]
        for o,colour in zip(students, cups.COLOURS): o.check(f'[value={colour}]', force=True)
        for o in teachers: o.wait_for_function(shown, arg='111')
        students.pop().close()
        for LATER[0] in 50, 70:  # two reload, and keep their colour; the third is not heard of
            for o in students: o.reload()
        assert students[1].locator('[value=yellow]').is_checked()
        for o in teachers: o.wait_for_function(shown, arg='110')
    with served(tmp_path/'cups.csv', int(url.split(':')[2][:-1])) as (url, own):  # the server was started again
        for o in students: o.reload()
        teachers[0].wait_for_function(shown, arg='110')
        assert [o[1:4] for o in state(own)['rows'][:2]] == [[1, 0, 0], [1, 1, 1]]
        for page,name in (students[0], 'student'), (teachers[0], 'teacher'), (visit(url + 'join'), 'join'):
            for width,scheme in (320, 'dark'), (1280, 'light'):
                page.set_viewport_size(dict(width=width, height=700))
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=PICTURES/f'cups_{name}_{width}_{scheme}.png', full_page=True)
                if page.evaluate('document.documentElement.scrollWidth') > width: wrong.append(f'{name} is too wide')
                wrong += page.evaluate(LEGIBLE, 'body')
    check(wrong)

def corner_leaves_marks(browser, tmp_path, monkeypatch, request):
    with served(tmp_path/'cups.csv') as (url, own):
        monkeypatch.setenv('WHOLEGAME_CUPS', own)
        lab, id = Lab(tmp_path), new_id(url)
        request.addfinalizer(lab.process.terminate)
        lab.kernel(LESSONS[3]).stop_channels()
        with opened(browser, f'{lab.url}/rise/{LESSONS[3]}?token={lab.token}', tmp_path) as (page, _):
            page.frame_locator('iframe').locator('.counts').wait_for()
            page.mouse.click(1160, 20)  # hides it, and the keys stay with the slides
            assert not page.locator('iframe').is_visible()
            for n,key in (1, 'Space'), (2, 'Alt+k'):
                title = page.locator(f'{SHOWN} :is(h1, h2)').locator('visible=true').inner_text()
                page.wait_for_timeout(1000)
                LATER[0] += 5
                ask(url + 'beat', id=id, colour='red')
                assert state(own)['rows'][-1][1:] == [0, 0, 1, f'{n}. {title}']
                page.keyboard.press(key)
            assert page.locator('iframe').is_visible()

def test_who_means_no_good_changes_one_cup(tmp_path):
    with served(tmp_path/'cups.csv') as (url, own):
        id, at = new_id(url), ('127.0.0.1', int(url.split(':')[2][:-1]))
        assert [ask(url + 'beat', id=id, colour='red')[0] for _ in range(100)].count(429) > 50
        bad = dict(id='0'*32, colour='red'), dict(id=[id], colour='red'), dict(id=id, colour=['red']), dict(x='x'*1000)
        assert [ask(url + 'beat', **o)[0] for o in bad] == [403, 403, 400, 403]
        for o in '', 'state', 'events', 'mark': assert ask(f'{url}{"t"*22}/{o}')[0] == 404
        for o in b'POST /beat HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n', b'\xff\0\r\n\r\n':
            with socket.create_connection(at) as s:
                s.sendall(o)
                while o: o = s.recv(4000)  # it does not wait for the rest
        assert ask(own + 'mark', slide='\ud800=<b>' + '😀'*60)[0] == 204
        assert state(own)['counts'] == dict(green=0, yellow=0, red=1)
