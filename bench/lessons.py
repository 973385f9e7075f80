"""How much sooner the lessons are done with learn.to_fast(), against the same lines of plain fastai.

    python bench/lessons.py                                # all rows, on the drawn samples: about five minutes on two cores
    python bench/lessons.py --row bird --seeds 0 1 2 3 4   # one row, once for each seed
    python bench/lessons.py --photos PHOTOS                # PHOTOS/bird/…, PHOTOS/forest/…: cleaned as in the lesson, and repeated up to --n
    python bench/lessons.py --streets FOLDER               # FOLDER/images/NAME.png, FOLDER/labels/NAME_P.png, FOLDER/codes.txt

The two take turns, with the same seed, files, order of files and weights to start from; which is first changes from seed to seed. The clock runs for
fine_tune alone. The floor is what the convolutions and matrix products of a row would take if this machine did nothing else, and did them as fast
as its best matrix product or convolution: FLOPs are counted by PyTorch, the speed is measured first."""
import argparse, itertools, os, shutil, tempfile, time
from contextlib import redirect_stdout
from pathlib import Path
from statistics import median
from unittest.mock import patch

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--row', nargs='+', choices=['bird', 'no-bf16', 'streets', 'gpu'])
p.add_argument('--seeds', type=int, nargs='+', default=[0])
p.add_argument('--photos', type=Path)
p.add_argument('--n', type=int, default=405, help='photos to train and check on (default: %(default)s, or the 400 of the drawn sample)')
p.add_argument('--streets', type=Path)
p.add_argument('--epochs', type=int, default=1, help='for the streets, after the one with frozen weights (default: %(default)s; the lesson has 8)')
p.add_argument('--without', nargs='+', default=[], metavar='NAME', help='leave these callbacks of to_fast out, such as KeepItems')
p.add_argument('--report', action='store_true', help='print learn.fast_report() too')
args = p.parse_args()
os.environ['WHOLEGAME_DATA'] = 'sample' # the project's own weights, also where others could be had

from wholegame.setup import URLs, data_path, quiet, untar_data
quiet()
import torch
from fastai.vision.all import error_rate, set_seed, unet_learner, vision_learner
from torch.utils.flop_counter import FlopCounterMode
from wholegame.bird import photo_files, photo_loaders
from wholegame.photos import clean_photos
from wholegame.segmentation import MeanIoU, PixelAccuracy, read_codes, segmentation_loaders
from wholegame import speed
from wholegame.speed import bf16_pays, cores
from wholegame.weights import resnet18

def peak(dtype):
    "Floating-point operations in a second, in the best of some matrix products and convolutions"
    def once(f, *args):
        with FlopCounterMode(display=False) as count: f(*args)
        start = time.perf_counter()
        f(*args)
        return count.get_total_flops()/(time.perf_counter() - start)
    squares = [torch.rand(n, n).to(dtype) for n in (1024, 2048, 3072)]
    layers = [(torch.rand(16, c, n, n).to(dtype, memory_format=torch.channels_last), torch.rand(c, c, 3, 3).to(dtype, memory_format=torch.channels_last))
              for c,n in ((128, 24), (256, 12), (256, 56))]
    with torch.no_grad(): return max(once(*o) for o in [(torch.mm, o, o) for o in squares] + [(torch.conv2d, *o, None, 1, 1) for o in layers] for _ in range(6))

def flops(learn, dl, train):
    "Floating-point operations of an epoch with `dl`"
    x = dl.one_batch()[0].as_subclass(torch.Tensor)
    learn.model.train(train)
    with FlopCounterMode(display=False) as count, torch.set_grad_enabled(train):
        y = learn.model(x)
        if train: y.sum().backward()
    learn.opt.zero_grad()
    return count.get_total_flops()/len(x) * (len(dl)*dl.bs if dl.drop_last else dl.n)

def work(learn, epochs):
    "Floating-point operations of `learn.fine_tune(epochs)`"
    learn.freeze()
    frozen = flops(learn, learn.dls.train, True)
    learn.unfreeze()
    return frozen + epochs*flops(learn, learn.dls.train, True) + (epochs + 1)*flops(learn, learn.dls.valid, False)

def compare(name, make, epochs, seeds, bf16, **kwargs):
    "Prints a line for each seed, and a row of the table with medians"
    runs = {False: [], True: []}
    for i,seed in enumerate(seeds):
        for fast in ((False, True), (True, False))[i % 2]:
            set_seed(seed, reproducible=True)
            with redirect_stdout(None), patch('wholegame.speed.bf16_pays', lambda: bf16): learn = make(seed).to_fast() if fast else make(seed)
            for cb in args.without: learn.remove_cb(getattr(speed, cb))
            start = time.perf_counter()
            with learn.no_bar(), learn.no_logging(): learn.fine_tune(epochs, **kwargs)
            runs[fast].append((time.perf_counter() - start, *learn.final_record[1:]))
            print('{}, seed {}, {}: {:.1f} s, {}'.format(name, seed, 'to_fast' if fast else 'plain', runs[fast][-1][0],
                  ', '.join(f'{k} {v:.3f}' for k,v in zip(learn.recorder.metric_names[2:], runs[fast][-1][1:]))), flush=True)
            if fast and args.report: print(learn.fast_report())
    learn.create_opt()
    floor = work(learn, epochs)/peak(torch.bfloat16 if bf16 else torch.float32)
    plain, ours = [list(map(median, zip(*runs[o]))) for o in (False, True)]
    metrics = [', '.join(f'{v:.3f}' for v in o[1:]) for o in (plain, ours)]
    return f'| {name} | {plain[0]:.1f} s | {ours[0]:.1f} s | **{plain[0]/ours[0]:.2f}×** | {floor:.1f} s | {ours[0]/floor:.2f}× | {metrics[0]} | {metrics[1]} |'

def repeated(photos, folder):
    "The photos, cleaned as in the lesson, and repeated until there are `args.n`"
    clean_photos(photos, dest=folder/'clean', max_size=400)
    files = photo_files(folder/'clean')
    for i,f in zip(range(args.n), itertools.cycle(files)):
        to = folder/'photos'/f.parent.name/f'{i:04}{f.suffix}'
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(f, to)
    return folder/'photos'

def main():
    rows, table, bf16 = args.row or ['bird', 'no-bf16', 'streets', 'gpu'], [], bf16_pays()
    print(f"cores: {cores()}; bfloat16 {'pays' if bf16 else 'does not pay'}; at best {peak(torch.float32)/1e9:.0f} GFLOP/s in float32, {peak(torch.bfloat16)/1e9:.0f} in bfloat16")
    with tempfile.TemporaryDirectory() as folder:
        photos = repeated(args.photos, Path(folder)) if args.photos else data_path()/'birds_or_forest'
        streets = args.streets or untar_data(URLs.CAMVID_TINY)
        codes = read_codes(streets)
        bird = lambda seed: vision_learner(photo_loaders(photos, classes=['bird', 'forest'], seed=seed), resnet18, metrics=error_rate)
        street = lambda seed: unet_learner(segmentation_loaders(streets, seed=seed), resnet18, metrics=[PixelAccuracy(codes), MeanIoU(codes)])
        with redirect_stdout(None): bird(0).to_fast().fit(1) # the first training in a process is slower
        for row in rows:
            if row == 'bird' or row == 'gpu' and torch.cuda.is_available(): table.append(compare(row, bird, 3, args.seeds, bf16))
            elif row == 'no-bf16': table.append(compare('bird, no bfloat16', bird, 3, args.seeds, False))
            elif row == 'streets': table.append(compare(row, street, args.epochs, args.seeds, bf16, lr_mult=10))
            else: print('gpu: SKIPPED, there is no GPU on this computer')
    print('\n| lesson | plain | to_fast | ratio | floor | of the floor | plain: loss, metrics | to_fast: loss, metrics |\n|---|---|---|---|---|---|---|---|', *table, sep='\n')

if __name__ == '__main__': main()
