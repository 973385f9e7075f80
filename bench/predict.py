"""How much faster is `wholegame predict` than `learn.predict`, and do they say the same?

    python bench/predict.py [--photos 1000] [--sizes 400 1600] [--starts 5] [--arch resnet18]

First both answer about one photo in a fresh process, in turn: the command, and a program with the lecture's lines. Then
both go through a folder of photos for each size: the drawn sample, enlarged until the longer side has so many pixels,
with grain as a camera's. The command is timed as it is typed, start included; `learn.predict` runs in a loop here,
where all is loaded. The head of the model is not trained: that leaves its probabilities near a half, where a difference
shows most."""
import json, shutil, statistics, sys, tempfile, time, warnings
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from measure import head, options, run

import numpy as np
from PIL import Image
from fastai.vision.all import load_learner, resnet18, set_seed, squeezenet1_0, vision_learner
from wholegame.bird import photo_files, photo_loaders
from wholegame.models import save_model
from wholegame.setup import data_path, use_data

PLAIN = '''
import sys
from fastai.vision.all import *
learn = load_learner(sys.argv[1])
print(learn.predict(sys.argv[2])[2].tolist())
'''

def ask(model, photos): return run(Path(sys.executable).parent/'wholegame', 'predict', model, photos, '--json')

def make(folder, n, size):
    "`n` photos whose longer side is `size`, a hundred of them different; returns their mean size in kB"
    folder.mkdir()
    rng, drawn = np.random.default_rng(0), photo_files(data_path()/'birds_or_forest', classes=['bird', 'forest'])
    noise = rng.integers(-6, 7, (size, size, 3), 'int16')
    for i in range(min(n, 100)):
        im = Image.open(drawn[i*37 % len(drawn)])
        im = im.resize([round(o*size/max(im.size)) for o in im.size], Image.Resampling.BICUBIC)
        grain = np.roll(noise, i*37, 0)[:im.height, :im.width]
        Image.fromarray((np.asarray(im) + grain).clip(0, 255).astype('uint8')).save(folder/f'{i:05}.jpg', quality=90)
    for i in range(100, n): shutil.copy(folder/f'{i % 100:05}.jpg', folder/f'{i:05}.jpg')
    return sum(o.stat().st_size for o in folder.iterdir()) / n / 1e3

def row(what, seconds, plain, printed, theirs, vocab, mb):
    "Print the two times, the largest difference of probabilities, and the memory"
    answers = [[o['probabilities'][c] for c in vocab] for o in json.loads(printed)]
    far = np.abs(np.array(answers) - np.array(theirs)).max()
    print(f'| {what} | {seconds:.2f} s | {plain:.2f} s | **{plain/seconds:.1f}×** | {far:.0e} | {mb:.0f} MiB |',
          file=sys.__stdout__, flush=True)

def starts(n, model, pkl, photo, vocab):
    "Both answer about one photo in a fresh process, `n` times in turn"
    runs = [(ask(model, photo), run(sys.executable, '-c', PLAIN, pkl, photo)) for _ in range(n)]
    seconds, plain = (statistics.median(o[0] for o in each) for each in zip(*runs))
    (_, mb, printed), (_, _, theirs) = runs[-1]
    row('one photo, fresh process', seconds, plain, printed, [json.loads(theirs.splitlines()[-1])], vocab, mb)

def many(learn, model, folder, n, size):
    "Both answer about a folder of photos"
    kb = make(folder, n, size)
    seconds, mb, printed = ask(model, folder)
    start = time.perf_counter()
    with learn.no_bar(): theirs = [learn.predict(o)[2].tolist() for o in sorted(folder.iterdir())]
    plain = time.perf_counter() - start
    row(f'{n} photos of {size} pixels, {kb:.0f} kB each', seconds, plain, printed, theirs, learn.dls.vocab, mb)

def main():
    p = options(__doc__)
    p.add_argument('--photos', type=int, default=1000, help='photos of each size')
    p.add_argument('--sizes', type=int, nargs='*', default=[400, 1600], help='pixels of the longer side')
    p.add_argument('--starts', type=int, default=5, help='how often each starts for one photo')
    p.add_argument('--arch', default='resnet18', help='or, with random weights, squeezenet1_0 or a name of timm')
    args = p.parse_args()
    use_data()
    set_seed(0)
    arch = dict(resnet18=resnet18, squeezenet1_0=squeezenet1_0).get(args.arch, args.arch)
    drawn = data_path()/'birds_or_forest'
    head('what', 'wholegame predict', 'learn.predict', 'ratio', 'largest difference', 'memory')
    with tempfile.TemporaryDirectory() as work, redirect_stdout(StringIO()), warnings.catch_warnings(action='ignore'):
        work, dls = Path(work), photo_loaders(drawn, classes=['bird', 'forest'])
        learn = vision_learner(dls, arch, pretrained=arch is resnet18)
        model = save_model(learn, work/'model')
        learn.export(work/'bird.pkl')
        starts(args.starts, model, work/'bird.pkl', drawn/'one_bird.jpg', dls.vocab)
        for size in args.sizes: many(load_learner(work/'bird.pkl'), model, work/f'{size}', args.photos, size)

if __name__ == '__main__': main()
