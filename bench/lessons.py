"""How much sooner the lessons are done with learn.to_fast(), against the same lines of plain fastai.

    python bench/lessons.py                               # all rows, on the drawn samples
    python bench/lessons.py --row bird --seeds 0 1 2 3 4  # one row, once for each seed
    python bench/lessons.py --photos PHOTOS               # PHOTOS/bird/…, PHOTOS/forest/…, repeated up to --n
    python bench/lessons.py --streets FOLDER              # FOLDER/images/, FOLDER/labels/, FOLDER/codes.txt

Both have the same seeds, files, order of files and weights to start from. Plain fastai comes first: what to_fast tells
the C library about memory holds for the rest of the process. The clock runs for fine_tune alone."""
import itertools, shutil, tempfile, time
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median
from unittest.mock import patch

from measure import head, options

import torch
from fastai.vision.all import URLs, error_rate, resnet18, set_seed, unet_learner, untar_data, vision_learner
from wholegame.bird import photo_files, photo_loaders
from wholegame.checks import read_codes
from wholegame.clean import clean_photos
from wholegame.segmentation import MeanIoU, PixelAccuracy, segmentation_loaders
from wholegame.setup import data_path, use_data
from wholegame.speed import cores, bf16_pays

def once(make, fast, seed, bf16, epochs, **kwargs):
    "Seconds of one training, its loss, and its metrics"
    set_seed(seed, reproducible=True)
    with redirect_stdout(None), patch('wholegame.speed.bf16_pays', lambda: bf16):
        learn = make(seed).to_fast() if fast else make(seed)
        start = time.perf_counter()
        with learn.no_bar(), learn.no_logging(): learn.fine_tune(epochs, **kwargs)
        return time.perf_counter() - start, *learn.final_record[1:]

def compare(name, make, seeds, bf16, *args, **kwargs):
    "Print a line for each training; returns a row of the table, with medians"
    runs = {False: [], True: []}
    for fast in (False, True):
        for seed in seeds:
            runs[fast].append(once(make, fast, seed, bf16, *args, **kwargs))
            told = ', '.join(f'{o:.3f}' for o in runs[fast][-1])
            print(f"{name}, seed {seed}, {'to_fast' if fast else 'plain'}: seconds, loss, metrics {told}", flush=True)
    (plain, *a), (ours, *b) = (map(median, zip(*runs[fast])) for fast in (False, True))
    told = [', '.join(f'{o:.3f}' for o in each) for each in (a, b)]
    return f'| {name} | {plain:.1f} s | {ours:.1f} s | **{plain/ours:.2f}×** | {told[0]} | {told[1]} |'

def repeated(photos, folder, n):
    "The photos, cleaned as in the lesson, and repeated until there are `n`"
    clean_photos(photos, folder/'clean', max_size=400)
    for i, f in zip(range(n), itertools.cycle(photo_files(folder/'clean'))):
        to = folder/'photos'/f.parent.name/f'{i:04}{f.suffix}'
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(f, to)
    return folder/'photos'

def rows(args, folder):
    photos = repeated(args.photos, folder, args.n) if args.photos else data_path()/'birds_or_forest'
    streets, bf16 = args.streets or untar_data(URLs.CAMVID_TINY), bf16_pays()
    metrics = [PixelAccuracy(read_codes(streets)), MeanIoU(read_codes(streets))]
    def bird(seed):
        dls = photo_loaders(photos, classes=['bird', 'forest'], seed=seed)
        return vision_learner(dls, resnet18, metrics=error_rate)
    def street(seed): return unet_learner(segmentation_loaders(streets, seed=seed), resnet18, metrics=metrics)
    once(bird, False, 0, bf16, 1)  # the first training in a process is slower
    for row in args.row:
        if row == 'gpu' and not torch.cuda.is_available(): print('gpu: SKIPPED, there is no GPU on this computer')
        elif row == 'streets': yield compare(row, street, args.seeds, bf16, args.epochs, lr_mult=10)
        else: yield compare(row, bird, args.seeds, bf16 and row != 'no-bf16', 3)

def main():
    p = options(__doc__)
    kinds = ['bird', 'no-bf16', 'streets', 'gpu']
    p.add_argument('--row', nargs='+', choices=kinds, default=kinds)
    p.add_argument('--seeds', type=int, nargs='+', default=[0])
    p.add_argument('--photos', type=Path)
    p.add_argument('--n', type=int, default=405, help='how many photos to train and check on (default: %(default)s)')
    p.add_argument('--streets', type=Path)
    p.add_argument('--epochs', type=int, default=1, help='for the streets (default: %(default)s; the lesson has 5)')
    args = p.parse_args()
    use_data()
    print(f"{cores()} cores, bfloat16: {'yes' if bf16_pays() else 'no'}")
    with tempfile.TemporaryDirectory() as folder: table = list(rows(args, Path(folder)))
    head('lesson', 'plain', 'to_fast', 'ratio', 'plain: loss, metrics', 'to_fast: loss, metrics')
    print(*table, sep='\n')

if __name__ == '__main__': main()
