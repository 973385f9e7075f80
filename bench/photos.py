"""How much faster is clean_photos than fastai's resize_images + verify_images, and what does each keep?

    python bench/photos.py [--rounds 3] [--grain N]

Makes two folders of pictures in a temporary place, 60 of 12 megapixels (0.8 to 2.6 MB) and 400 of 640×480, each in two classes and each with
some trouble in it: photos of which a part is missing, a web page called .jpg, and photos that are there twice. Then both clean fresh
copies of the same folders in turn, so that a busy moment of the machine hits both. Times are the medians of the rounds; processor
time is that of all threads and processes together, and hardly depends on what else the machine is doing.
"""
import argparse, io, os, shutil, statistics, tempfile, time
from pathlib import Path

import numpy as np
from PIL import Image
from fastai.vision.all import get_image_files, resize_images, verify_images
from wholegame.photos import clean_photos

def picture(seed, size, grain=None):
    "Soft blobs with grain, from 2 (a clear sky) to 10 (leaves) unless it is given; different for each `seed`; bytes of a JPEG"
    rng = np.random.default_rng(seed)
    im = Image.fromarray(rng.integers(0, 256, (9,12,3), 'uint8')).resize(size, Image.Resampling.BICUBIC)
    strength = 2 + seed % 9 if grain is None else grain
    noise = np.resize(rng.integers(-strength, strength + 1, 3_000_001, 'int16'), (size[1],size[0],3))
    f = io.BytesIO()
    Image.fromarray((np.asarray(im) + noise).clip(0, 255).astype('uint8')).save(f, 'JPEG', quality=90)
    return f.getvalue()

def make(folder, n, size, grain=None):
    "`n` photos in two classes of `folder`; in each class 1 in 15 has a part missing, 1 in 30 is a page, 1 in 30 is there twice"
    for cls in ('bird', 'forest'):
        (folder/cls).mkdir(parents=True)
        for i in range(n//2):
            data = picture(i + n*(cls == 'forest'), size, grain)
            if   i % 15 == 7:  data = data[:len(data)*(i % 4 + 1)//5]
            elif i % 30 == 11: data = b'<!doctype html><html><title>Please log in</title></html>'
            elif i % 30 == 13: data = last
            (folder/cls/f'{i:03}.jpg').write_bytes(data)
            last = data

def ours(folder): clean_photos(folder, max_size=400)

def fastais(folder):
    "As in the lecture: make small in place, then throw out what cannot be opened"
    for cls in ('bird', 'forest'): resize_images(folder/cls, max_size=400, dest=folder/cls)
    verify_images(get_image_files(folder)).map(Path.unlink)

def processor_seconds(): return sum(os.times()[:4])

def sound(file):
    try:
        with Image.open(file) as im: im.load()
    except Exception: return False
    return True

def kept(folder):
    "How many photos are left, how many of them cannot be read, how many are larger than 400 pixels, and how many there are twice"
    files = [o for cls in ('bird', 'forest') for o in (folder/cls).glob('*.jpg')]
    whole = [o for o in files if sound(o)]
    twice = len(whole) - len(set(o.read_bytes() for o in whole))
    large = sum(max(Image.open(o).size) > 400 for o in whole)
    return f'{len(files)} kept: {len(files)-len(whole)} broken, {large} larger than 400 px, {twice} twice'

def compare(name, made, work, rounds):
    times,left = {ours: [], fastais: []},{}
    for i in range(rounds):
        for f in (ours, fastais) if i % 2 else (fastais, ours):
            folder = work/'copy'
            shutil.copytree(made, folder)
            start,used = time.perf_counter(),processor_seconds()
            f(folder)
            times[f].append((time.perf_counter() - start, processor_seconds() - used))
            left[f] = kept(folder)
            shutil.rmtree(folder)
    (a,a_used),(b,b_used) = [map(statistics.median, zip(*times[f])) for f in (ours, fastais)]
    print(f'| {name} | {a:.2f} s | {b:.2f} s | **{b/a:.1f}×** | {b_used/a_used:.1f}× | {left[ours]} | {left[fastais]} |', flush=True)

def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--rounds', type=int, default=3, help='how often each cleans each folder')
    args.add_argument('--grain', type=int, help='the same grain for all: 0 for the smoothest of photos, 12 for the busiest')
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        make(work/'large', 60, (4000,3000), args.grain)
        make(work/'small', 400, (640,480), args.grain)
        make(work/'warm', 4, (640,480))
        for f in (ours, fastais): f(work/'warm')
        print('| folder | clean_photos | resize_images + verify_images | ratio | of processor time | clean_photos kept | fastai kept |\n|---|---|---|---|---|---|---|')
        for name,n in (('60 of 12 megapixels', 'large'), ('400 of 640×480', 'small')): compare(name, work/n, work, args.rounds)

if __name__ == '__main__': main()
