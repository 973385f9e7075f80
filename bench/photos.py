"""How much faster is clean_photos than fastai's resize_images + verify_images, and what does each keep?

    python bench/photos.py [--rounds 3] [--grain N]
    python bench/photos.py --many [2000 20000]   # seconds and memory for so many small photos
    python bench/photos.py --duplicates PHOTOS   # how many near-copies are found, and how many others with them

The first makes two folders by formula, 60 photos of 12 megapixels (0.8 to 2.6 MB) and 400 of 640×480, each in two
classes and with some trouble in it: photos cut off, web pages called .jpg, and photos that are there twice. Both clean
the same folders in turn, so that a busy moment of the machine hits both; medians of the rounds. Processor time is that
of all threads and processes together, and hardly depends on what else the machine is doing."""
import io, os, shutil, statistics, sys, tempfile, time
from pathlib import Path

from measure import head, is_whole, options, picture, run

import numpy as np
from fastai.vision.all import get_image_files, resize_images, verify_images
from PIL import Image, ImageDraw, ImageEnhance, ImageFont
from wholegame.clean import clean_photos
from wholegame.photos import open_photo

CLASSES = 'bird', 'forest'

def make(folder, n, size, grain=None):
    "`n` photos in two classes; in each 1 in 15 has a part missing, 1 in 30 is a page, 1 in 30 is there twice"
    for cls in CLASSES:
        (folder/cls).mkdir(parents=True)
        last = b''
        for i in range(n//2):
            data = picture(i + n*(cls == 'forest'), size, grain)
            if   i % 15 == 7:  data = data[:len(data)*(i % 4 + 1)//5]
            elif i % 30 == 11: data = b'<!doctype html><html><title>Please log in</title></html>'
            elif i % 30 == 13: data = last
            (folder/cls/f'{i:03}.jpg').write_bytes(data)
            last = data

def ours(folder, dest): clean_photos(folder, dest, max_size=400)

def fastais(folder, dest):
    "As in the lecture: make small, then throw out what cannot be opened"
    for cls in CLASSES: resize_images(folder/cls, max_size=400, dest=dest/cls)
    verify_images(get_image_files(dest)).map(Path.unlink)

def kept(folder):
    "How many photos are left; how many of them cannot be read, or are there twice"
    files = [o for cls in CLASSES for o in (folder/cls).glob('*.jpg')]
    whole = [o for o in files if is_whole(o)]
    assert all(max(Image.open(o).size) <= 400 for o in whole)
    return f'{len(files)}: {len(files)-len(whole)} broken, {len(whole)-len({o.read_bytes() for o in whole})} twice'

def compare(name, folder, work, rounds):
    "Print a row: medians of the seconds, their ratio, that of processor time, and what is left"
    runs, left = {ours: [], fastais: []}, {}
    for i in range(rounds):
        for f in (ours, fastais) if i % 2 else (fastais, ours):
            start, used = time.perf_counter(), sum(os.times()[:4])
            f(folder, work/'cleaned')
            runs[f].append((time.perf_counter() - start, sum(os.times()[:4]) - used))
            left[f] = kept(work/'cleaned')
            shutil.rmtree(work/'cleaned')
    (a, a_used), (b, b_used) = (map(statistics.median, zip(*runs[f])) for f in (ours, fastais))
    numbers = f'{a:.2f} s | {b:.2f} s | **{b/a:.1f}×** | {b_used/a_used:.1f}×'
    print(f'| {name} | {numbers} | {left[ours]} | {left[fastais]} |', flush=True)

def against_fastai(work, rounds, grain):
    make(work/'large', 60, (4000, 3000), grain)
    make(work/'small', 400, (640, 480), grain)
    head('folder', 'clean_photos', 'fastai', 'ratio', 'of processor time', 'ours kept', 'fastai kept')
    compare('60 of 12 megapixels', work/'large', work, rounds)
    compare('400 of 640×480', work/'small', work, rounds)

ONCE = '''
import sys
from wholegame.clean import clean_photos
from wholegame.photos import open_photo
if __name__ == '__main__': print(len(clean_photos(sys.argv[1], sys.argv[2]).kept))
'''

def many(work, sizes):
    "Print a row for each number of photos of 64×48 pixels: so small, they show what a photo costs at least"
    (work/'once.py').write_text(ONCE)
    head('photos', 'kept', 'seconds', 'a photo', 'most memory of a process')
    for n in sizes:
        for cls in CLASSES: (work/f'{n}'/cls).mkdir(parents=True)
        for i in range(n): (work/f'{n}'/CLASSES[i % 2]/f'{i:06}.jpg').write_bytes(picture(i, (64, 48)))
        seconds, mb, told = run(sys.executable, work/'once.py', work/f'{n}', work/f'{n}_cleaned')
        print(f'| {n:,} | {int(told):,} | {seconds:.1f} s | {1e3*seconds/n:.2f} ms | {mb:.0f} MiB |', flush=True)

def squeezed(im, quality):
    im.save(f := io.BytesIO(), 'JPEG', quality=quality)
    return Image.open(f)

def scaled(im, share): return im.resize([max(1, round(o*share)) for o in im.size], Image.Resampling.BICUBIC)

def trimmed(im, share):
    "Without this share of each side"
    w, h = im.size
    return im.crop((round(share*w), round(share*h), round((1-share)*w), round((1-share)*h)))

CHANGES = {'scaled to 30 %': lambda im: scaled(im, .3), 'JPEG of quality 30': lambda im: squeezed(im, 30),
           '1 % trimmed on each side': lambda im: trimmed(im, .01),
           '2 % trimmed on each side': lambda im: trimmed(im, .02),
           '2 % trimmed, half the size, quality 50': lambda im: squeezed(scaled(trimmed(im, .02), .5), 50),
           '10 % darker': lambda im: ImageEnhance.Brightness(im).enhance(.9)}

def fruit(i, r):
    im, x, y = Image.new('RGB', (160, 160), (250, 250, 250)), (i*7) % 17 - 8, (i*5) % 19 - 9  # no two at one place
    ImageDraw.Draw(im).ellipse((30+x, 35+y, 130+x, 140+y), fill=[(200, 30, 40), (90, 160, 50), (230, 200, 60)][i % 3])
    return im

def bottle(i, r):
    "On white; what differs is the label's colour, and the word on it"
    im = Image.new('RGB', (300, 400), 'white')
    draw, label = ImageDraw.Draw(im), tuple(map(int, r.integers(120, 255, 3)))
    for box in ((90, 120, 210, 380), (130, 40, 170, 125)): draw.rectangle(box, fill=(60, 110, 70))
    draw.rectangle((95, 190, 205, 310), fill=label)
    word = ''.join(chr(65 + o) for o in r.integers(0, 26, 4))
    draw.text((150, 250), word, font=ImageFont.load_default(34), fill='black', anchor='mm')
    return im

def plain(i, r): return Image.new('RGB', (160, 120), ['red', 'blue', 'green', 'white', 'black', 'gray'][i])

def digit(image): return Image.fromarray((image*15.9).astype('uint8')).resize((64, 64), Image.Resampling.BICUBIC)

def cleaned(work, **classes):
    "What clean_photos reports on classes of pictures"
    with tempfile.TemporaryDirectory(dir=work) as folder:
        for cls, pictures in classes.items():
            (Path(folder)/'raw'/cls).mkdir(parents=True)
            for i, im in enumerate(pictures): im.save(Path(folder)/'raw'/cls/f'{i:04}.png')
        return clean_photos(Path(folder)/'raw', Path(folder)/'clean')

def duplicates(work, folder):
    "Recall: copies lie in another class, and those are found that are left out in both. Precision: different pictures"
    from sklearn.datasets import load_digits
    photos = [open_photo(o) for o in get_image_files(folder).sorted()]
    head(f'change of {len(photos)} photos', 'copies found')
    for name, change in CHANGES.items():
        report = cleaned(work, photo=photos, copy=[change(o) for o in photos])
        found = {Path(o).name for o in report.rejected.get('same photo in two classes', [])}
        print(f'| {name} | {len(found)/len(photos):.1%} |', flush=True)
    print()
    head('different pictures', 'how many', 'taken for copies')
    banks = {name: [f(i, np.random.default_rng(i)) for i in range(n)] for name, f, n in
             (('fruit on white', fruit, 60), ('bottles with other labels', bottle, 100), ('plain colours', plain, 6))}
    banks |= {'handwritten digits': list(map(digit, load_digits().images)), 'the photos themselves': photos}
    for name, pictures in banks.items():
        print(f'| {name} | {len(pictures)} | {len(pictures) - len(cleaned(work, bank=pictures).kept)} |', flush=True)

def main():
    p = options(__doc__)
    p.add_argument('--rounds', type=int, default=3, help='how often each cleans each folder')
    p.add_argument('--grain', type=int, help='the same grain for all: from 0 (smooth) to 12 (busy)')
    p.add_argument('--many', type=int, nargs='*', metavar='N', help='so many small photos instead')
    p.add_argument('--duplicates', type=Path, metavar='PHOTOS', help='near-copies of these photos instead')
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as work:
        if args.duplicates: duplicates(Path(work), args.duplicates)
        elif args.many is not None: many(Path(work), args.many or [2_000, 20_000])
        else: against_fastai(Path(work), args.rounds, args.grain)

if __name__ == '__main__': main()
