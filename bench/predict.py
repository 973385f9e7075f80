"""How much faster is `wholegame predict` than `learn.predict`, and do they say the same?

    python bench/predict.py [--photos 1000] [--sizes 400 1600] [--starts 5] [--arch resnet18]

First both answer for one photo in a fresh process, in turn: the command, and a program with the lecture's lines (`load_learner`, then
`learn.predict`). Then both go through a folder of photos for each size: the drawn sample, enlarged until the longer side has so many pixels,
with grain as a camera's. The command is timed as it is typed, start included; `learn.predict` runs in a loop here, where all is loaded. Memory
is the most that the command's process ever held. The head of the model is not trained: that leaves its probabilities near a half, where a
difference shows most.
"""
import argparse, json, os, shutil, statistics, subprocess, sys, tempfile, time, warnings
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

os.environ['WHOLEGAME_DATA'] = 'sample'

import numpy as np
from PIL import Image
from fastai.vision.all import load_learner, set_seed, squeezenet1_0, vision_learner
from wholegame.bird import photo_files, photo_loaders, save_model
from wholegame.setup import data_path
from wholegame.weights import resnet18

PLAIN = '''
from fastai.vision.all import *
learn = load_learner({pkl!r})
name,_,probs = learn.predict({photo!r})
print(probs.tolist())
'''

def run(*command):
    "Seconds, most memory in MB, and what was printed"
    start = time.perf_counter()
    with tempfile.TemporaryFile('w+') as out:
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        assert status == 0, f'{command} ended with status {status}'
        out.seek(0)
        return seconds, used.ru_maxrss / (2**20 if sys.platform == 'darwin' else 2**10), out.read()

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

def difference(answers, vocab, theirs):
    return max(abs(a['probabilities'][c] - p) for a,ps in zip(answers, theirs, strict=True) for c,p in zip(vocab, ps, strict=True))

def starts(n, model, pkl, photo, vocab):
    ours, plain = [], []
    for _ in range(n):
        ours.append(ask(model, photo))
        plain.append(run(sys.executable, '-c', PLAIN.format(pkl=str(pkl), photo=str(photo))))
    a, b = (statistics.median(o[0] for o in each) for each in (ours, plain))
    far = difference(json.loads(ours[-1][2]), vocab, [json.loads(plain[-1][2].splitlines()[-1])])
    print(f'| one photo, fresh process | {a:.2f} s | {b:.2f} s | **{b/a:.1f}×** | {far:.0e} | {ours[-1][1]:.0f} MB |', flush=True)

def many(learn, model, folder, n, size):
    kb = make(folder, n, size)
    seconds, mb, printed = ask(model, folder)
    start = time.perf_counter()
    with learn.no_bar(): theirs = [learn.predict(o)[2].tolist() for o in sorted(folder.iterdir())]
    plain = time.perf_counter() - start
    far = difference(json.loads(printed), learn.dls.vocab, theirs)
    print(f'| {n} photos of {size} pixels, {kb:.0f} kB each | {seconds:.1f} s | {plain:.1f} s | **{plain/seconds:.1f}×** | {far:.0e} | {mb:.0f} MB |', flush=True)

def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--photos', type=int, default=1000, help='photos of each size')
    args.add_argument('--sizes', type=int, nargs='*', default=[400, 1600], help='pixels of the longer side')
    args.add_argument('--starts', type=int, default=5, help='how often each starts for one photo')
    args.add_argument('--arch', default='resnet18', help='resnet18, squeezenet1_0 (random weights) or a name of timm (random weights)')
    args = args.parse_args()
    set_seed(0)
    arch = dict(resnet18=resnet18, squeezenet1_0=squeezenet1_0).get(args.arch, args.arch)
    with tempfile.TemporaryDirectory() as work, redirect_stdout(StringIO()):
        work = Path(work)
        learn = vision_learner(photo_loaders(data_path()/'birds_or_forest', classes=['bird', 'forest']), arch, pretrained=arch is resnet18)
        model = save_model(learn, work/'model')
        learn.export(work/'bird.pkl')
        with redirect_stdout(sys.__stdout__), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            print('| what | wholegame predict | learn.predict | ratio | largest difference | memory |\n|---|---|---|---|---|---|')
            starts(args.starts, model, work/'bird.pkl', data_path()/'birds_or_forest'/'one_bird.jpg', learn.dls.vocab)
            for size in args.sizes: many(load_learner(work/'bird.pkl'), model, work/str(size), args.photos, size)

if __name__ == '__main__': main()
