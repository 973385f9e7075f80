"""How much faster is clean_photos than fastai's resize_images + verify_images, and what does each keep?

    python bench/photos.py [--rounds 3] [--grain N]
    python bench/photos.py --many [2000 20000]   # seconds and memory for so many small photos
    python bench/photos.py --duplicates PHOTOS   # how many near-copies are found, and how many others with them

The first makes two folders by formula, 60 photos of 12 megapixels (0.8 to 2.6 MB) and 400 of 640×480, each in two
classes and with some trouble in it: photos cut off, web pages called .jpg, and photos that are there twice. Both clean
the same folders in turn, so that a busy moment of the machine hits both; medians of the rounds. Processor time is that
of all threads and processes together, and hardly depends on what else the machine is doing."""
import csv, os, shutil, statistics, sys, tempfile, time
from pathlib import Path

from measure import head, is_whole, options, picture, run

from fastai.vision.all import get_image_files, resize_images, verify_images
from PIL import Image
from wholegame.clean import clean_photos
from wholegame.setup import data_path

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
from wholegame.setup import data_path
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

def half(im): return im.resize((im.width//2, im.height//2), Image.Resampling.LANCZOS)

def trimmed(im):
    w, h = im.width/100, im.height/100
    return im.crop((round(w), round(h), round(im.width - w), round(im.height - h)))  # 1 % on each side

# What is done to a photo, the quality of the JPEG that is made of it, and whether it goes to the other class
COPIES = {'half the size': (half, 85, False), 'JPEG of quality 40': (lambda im: im, 40, False),
          'trimmed by 2 %': (trimmed, 85, False), 'in the other class, too': (lambda im: im, 70, True)}

def digits(folder):
    "The 1,797 handwritten digits of scikit-learn, as photos of 160×160"
    from sklearn.datasets import load_digits
    for i, (im, n) in enumerate(zip(*load_digits(return_X_y=True))):
        (folder/f'{n}').mkdir(parents=True, exist_ok=True)
        grey = Image.fromarray((im.reshape(8, 8)*15.9).astype('uint8')).resize((160, 160), Image.Resampling.BICUBIC)
        grey.convert('RGB').save(folder/f'{n}'/f'{i:04}.jpg')
    return folder

def pairs(folder, dest):
    "How many photos were cleaned, and which of them were taken for copies of which, by their names"
    clean_photos(folder, dest, max_size=1000)
    with (dest/'report.csv').open(encoding='utf-8', newline='') as f: rows = list(csv.DictReader(f))
    twins = [o for o in rows if o['reason'].startswith('same photo')]
    return len(rows), [(Path(o['file']).stem, Path(o['twin']).stem) for o in twins]

def duplicates(work, photos):
    "Print a row for each kind of copy (found: recall; wrong: what precision lacks), and for pictures that only look so"
    head('pictures', 'copies made', 'found', 'wrong pairs')
    kept = clean_photos(photos, work/'kept', max_size=1000).kept
    for i, (name, (change, quality, other)) in enumerate(COPIES.items()):
        for n, photo in enumerate(kept):
            im, cls = Image.open(photo), photo.parent.name
            to = CLASSES[(cls == CLASSES[0]) == other]
            for folder in (cls, to): (work/f'{i}'/folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(photo, work/f'{i}'/cls/f'{n}_a.jpg')
            change(im).save(work/f'{i}'/to/f'{n}_b.jpg', quality=quality)
        _, found = pairs(work/f'{i}', work/f'{i}_cleaned')
        right = {a.split('_')[0] for a, b in found if a.split('_')[0] == b.split('_')[0]}
        wrong = [o for o in found if o[0].split('_')[0] != o[1].split('_')[0]]
        print(f'| {len(kept)} photos: {name} | {len(kept)} | {len(right)} | {len(wrong)} |', flush=True)
    for name, folder in (('drawings', data_path()/'birds_or_forest'), ('handwritten digits', digits(work/'digits'))):
        n, found = pairs(folder, work/f'{name} cleaned')
        print(f'| {n} {name}, all different | 0 | 0 | {len(found)} |', flush=True)

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
