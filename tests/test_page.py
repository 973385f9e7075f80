"A page answers as `is_it` does, about photos of every kind; it asks nobody else, and can be used by everybody"
import functools, io, json, struct, zlib
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from common import *
from test_slides import LEGIBLE, PICTURES, browser
from wholegame.models import PhotoError, is_it, load_model
from wholegame.page import PageError, make_page, runtime_files
from wholegame.segmentation import color_in

HOSTILE = ['<img src=x onerror=alert(1)>', 'bird', 'w' * 300, '\u202edrib']
WAYS = {'squish': {}, 'crop': dict(resize='crop'), 'pad': dict(resize='pad', pad='reflection', opens='fastai'),
        'border': dict(resize='pad', pad='border', mode='L', before=[dict(size=[90, 70], resize='none', pad='zeros')]),
        'several': dict(threshold=.5), 'street': dict(task='segmentation', size=[48, 64])}

def write_model(folder, **more):
    "A model with random numbers, in large arrays and small ones, that is moved by what it sees"
    card = dict(format=2, package='wholegame', task='photo', arch='by hand', classes=HOSTILE, threshold=None, size=[64, 80],
                resize='squish', pad='zeros', before=[], mode='RGB', opens='upright', mean=[.5]*3, std=[.25]*3,
                metrics=dict(error_rate=.1), data={}) | more
    rng, node, streets = np.random.default_rng(1), helper.make_node, card['task'] == 'segmentation'
    w = {k: (rng.normal(size=s)/np.sqrt(np.prod(s[1:])/3)).astype(np.float32) for k,s in dict(
        a=(64, 3, 5, 5), b=(512, 64, 3, 3), c=(4, 512, 1, 1)).items()}
    w['c'] *= .7
    nodes = [node('Conv', ['x', 'a'], ['p'], pads=[2]*4, strides=[2, 2]), node('Relu', ['p'], ['q']),
             node('Conv', ['q', 'b'], ['r'], pads=[1]*4, strides=[2, 2]), node('Relu', ['r'], ['s'])]
    if not streets: nodes += [node('GlobalAveragePool', ['s'], ['t']), node('Conv', ['t', 'c'], ['u']), node('Flatten', ['u'], ['v'])]
    else: nodes += [node('Conv', ['s', 'c'], ['v'])]
    nodes += [node('Sigmoid', ['v'], ['y'])] if card['threshold'] else [node('Softmax', ['v'], ['y'], axis=1)]
    value = functools.partial(helper.make_tensor_value_info, elem_type=TensorProto.FLOAT)
    graph = helper.make_graph(nodes, 'g', [value('x', shape=['n', 3, *card['size']])],
                              [value('y', shape=['n', 4, 'h', 'w'] if streets else ['n', 4])],
                              [numpy_helper.from_array(v, k) for k,v in w.items()])
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8).SerializeToString()
    name = sha256(data).hexdigest()
    folder.mkdir(parents=True)
    (folder/f'model-{name[:12]}.onnx').write_bytes(data)
    (folder/'model.json').write_text(json.dumps(card | dict(weights=f'model-{name[:12]}.onnx', weights_sha256=name)))
    return folder

def stored(im, kind, **kw):
    im.save(f := io.BytesIO(), kind, **kw)
    return f.getvalue()

def photos():
    "Photos of all kinds by name: drawn and real ones, and one in every form in which a photo may come"
    folders = [o for o in (ROOT/'data/birds_or_forest', ROOT.parent/'shared/data/photos') if o.is_dir()]
    files = [f for d in folders for o in ('bird', 'forest') for f in sorted((d/o).glob('*.jpg'))[::25]]
    found = {str(f): f.read_bytes() for f in files}
    im, turned = Image.open(files[0]).convert('RGB').crop((0, 0, 161, 120)), Image.Exif()
    for i in range(1, 9):
        turned[0x112] = i
        found[f'turned{i}'] = stored(im, ['JPEG', 'PNG', 'WEBP'][i % 3], exif=turned)
    deep = np.random.default_rng(2).integers(0, 65536, (50, 70, 3))
    def chunk(name, data): return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
    rows = zlib.compress(b''.join(b'\0' + o.astype('>u2').tobytes() for o in deep))
    head = struct.pack('>IIBBBBB', 70, 50, 16, 2, 0, 0, 0)
    found['48 bit'] = b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', rows) + chunk(b'IEND', b'')
    found['16 bit'] = stored(Image.fromarray(deep[...,0].astype('uint16')), 'PNG')
    for mode in 'L', '1', 'P', 'CMYK', 'LA', 'RGBA':
        o = im.convert(mode)
        if 'A' in mode: o.putalpha(Image.effect_noise(im.size, 90))
        found[mode] = stored(o, 'JPEG' if mode == 'CMYK' else 'PNG')
    found |= {f'{k} {kw}': stored(im, k, **kw) for k,kw in [
        ('JPEG', dict(progressive=True)), ('JPEG', dict(subsampling=0)), ('JPEG', dict(quality=20)), ('GIF', {}), ('BMP', {}),
        ('WEBP', dict(quality=60)), ('WEBP', dict(lossless=True)), ('PNG', dict(save_all=True, append_images=[im.rotate(90)]))]}
    found |= {f'size {o}': stored(im.resize(o), 'PNG') for o in [(1, 1), (3, 7), (700, 30), (40, 500), (2500, 1900)]}
    found |= dict(half=stored(im, 'JPEG')[:3000], text=b'hello', empty=b'', tiff=stored(im, 'TIFF'), page=b'<html>')
    return found | dict(heic=b'\0\0\0\x18ftypheic' + bytes(40))

@pytest.fixture(scope='module')
def pages(tmp_path_factory):
    "A web server with a page for each way; its address"
    tmp = tmp_path_factory.mktemp('pages')
    try: runtime_files()
    except PageError as e: pytest.skip(f'no page was looked at. {e}')
    for k,more in WAYS.items(): make_page(write_model(tmp/'models'/k, **more), tmp/k, '</title><script>alert(1)</script>')
    class Quiet(SimpleHTTPRequestHandler): log_message = lambda *args: None
    with ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=tmp)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield tmp, f'http://127.0.0.1:{server.server_port}'
        server.shutdown()

def opened(browser, url, **kw):
    "A page that is ready, and what it asked of others or complained of"
    page, heard = browser.new_context(proxy=dict(server='http://127.0.0.1:9', bypass='127.0.0.1'), **kw).new_page(), []
    page.on('request', lambda o: None if o.url.startswith((f'{url}/', 'data:')) else heard.append(o.url))
    for o in 'console', 'pageerror', 'dialog': page.on(o, lambda said: heard.append(str(said)))
    page.goto(url + '/')
    page.locator('#status.ready').wait_for()
    return page, heard

def answer(page, act):
    "What the page says when somebody does this: its kind of answer, and probabilities by name"
    page.evaluate("say('')")
    act()
    page.locator(':is(.sure, .unsure, .trouble)').wait_for()
    return page.locator('#status').get_attribute('class'), page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#bars:not([hidden]) li')].map(o => [o.dataset.name, +o.dataset.p]))")

def wanted(model, data):
    "What Python says: probabilities, or a street's shares of colours; nothing about what is no photo"
    try:
        if model.task == 'photo': return is_it(model, data)[1]
        mask = color_in(model, data)
    except PhotoError: return {}
    return {k: float((mask == i).mean()) for i,k in enumerate(model.classes)}

@pytest.mark.parametrize('way', WAYS)
def test_a_page_says_what_python_says(way, pages, browser, record_property):
    (tmp, url), found, wrong, worst = pages, photos(), [], 0
    model = load_model(tmp/'models'/way)
    page, heard = opened(browser, f'{url}/{way}')
    for name,data in [*found.items()][::1 if way == 'squish' else 3]:
        kind, got = answer(page, lambda: page.set_input_files('#choose', dict(name='x', mimeType='', buffer=data)))
        want, first = wanted(model, data), max(got, key=got.get, default=None)
        off = max([abs(got.get(k, 0) - p) for k,p in want.items()], default=0)
        refused = name in (['16 bit', '48 bit', 'LA', 'RGBA'] if model.card['opens'] == 'fastai' else []) + ['tiff']
        if not refused and (off > .01 or (kind == 'trouble') == bool(want) or want and first != max(want, key=want.get)):
            wrong.append(f'{name}: "{page.inner_text("#status")}", {got}, and Python says {want}')
        worst = max(worst, 0 if refused else off)
    page.context.close()
    check(wrong + heard, way)
    record_property(f'page, {way}', f'{len(found)} photos, largest difference {worst:.4f}')

def test_a_page_can_be_used_by_everybody(pages, browser):
    "On the narrowest phone, with the keyboard alone, by dropping and pasting; and hostile names are just text"
    (tmp, url), photo = pages, ROOT/'data/birds_or_forest/one_bird.jpg'
    page, heard = opened(browser, f'{url}/squish', viewport=dict(width=320, height=600))
    assert page.inner_text('h1') == '</title><script>alert(1)</script>' and not page.locator('main img').count()
    page.keyboard.press('Tab')
    with page.expect_file_chooser() as chosen: page.keyboard.press('Enter')
    _, first = answer(page, lambda: chosen.value.set_files(photo))
    assert {*first} == {*HOSTILE}
    give = """([type, field, data]) => { const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(data)], 'x')); files.items.add('a text', 'text/plain');
      document.dispatchEvent(Object.assign(new Event(type, {cancelable: true}), {[field]: files})) }"""
    for way in ('drop', 'dataTransfer'), ('paste', 'clipboardData'):
        assert answer(page, lambda: page.evaluate(give, [*way, [*photo.read_bytes()]]))[1] == first
    page.locator('summary').click()
    for width in 320, 1200:
        page.set_viewport_size(dict(width=width, height=600))
        assert page.evaluate('document.documentElement.scrollWidth') == width
        for scheme in 'light', 'dark':
            page.emulate_media(color_scheme=scheme, reduced_motion='reduce')
            check(page.evaluate(LEGIBLE, 'body'), f'{width} {scheme}')
            page.screenshot(path=PICTURES/f'page_{width}_{scheme}.png', full_page=True)
    check(heard)
    page.goto((tmp/'squish'/'index.html').as_uri())
    assert 'python -m http.server' in page.inner_text('#status')
