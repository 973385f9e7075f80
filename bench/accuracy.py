"""How well the four lessons do, over several seeds.

    python bench/accuracy.py birds    # as `wholegame train` reports it; PHOTOS/bird/…, PHOTOS/forest/…
    python bench/accuracy.py folds    # the same photos, each checked on once for each seed: finer than one fifth
    python bench/accuracy.py weights  # the same photos, by how many there are to learn from
    python bench/accuracy.py sounds   # CLIPS/dog/1-103-A.ogg and so on, as lesson 8 and `wholegame train` do it
    python bench/accuracy.py streets  # FOLDER/images/NAME.png, FOLDER/labels/NAME_P.png, FOLDER/codes.txt
    python bench/accuracy.py tables   # a CSV with the columns of fastai's Adult table
    python bench/accuracy.py films    # a CSV with the columns userId, movieId, rating; and for people it never met

`--data` names real data; without it, the drawn sample is taken. Networks for pictures start from the project's own
weights, also where ImageNet's could be had; `folds` and `weights` compare them with random ones, and with ImageNet's
for squeezenet1_0 where this computer has them (TORCH_HOME says where)."""
import json, tempfile, time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import mean, median
from unittest.mock import patch

from measure import options

import numpy as np, pandas as pd, torch, torchvision
from fastai.vision import all as vision
from fastai.vision.all import (CategoryBlock, DataBlock, ImageBlock, IndexSplitter, Learner, RandomSplitter, Resize,
                               error_rate, parent_label, resnet18, set_seed, squeezenet1_0, vision_learner)
from PIL import Image
from torch.optim.swa_utils import update_bn
from wholegame.bird import photo_files, photo_loaders
from wholegame.clean import clean_photos
from wholegame.pictures import sound_picture
from wholegame.setup import data_path, use_data
from wholegame.sounds import RecordingSplitter, draw_sounds
import wholegame.speed  # Learner.to_fast

CLASSES, FOLDS, COUNTS, CHECK, TOLD = ['bird', 'forest'], 5, (18, 36, 72, 144), 36, 10

def untrained(dls, arch, **kwargs):
    """`vision_learner` with random weights on fair terms. fastai's `pretrained=False` does not normalise pictures, and
    its batch norms' averages begin so far from those of the photos that they do not arrive in a lesson's few steps"""
    with patch.object(torchvision.models.ResNet, 'load_state_dict'): learn = vision_learner(dls, arch, **kwargs)
    update_bn(dls.train, learn.model[0])
    return learn

def tuned(learn, epochs=3, **kwargs):
    "What a learner reaches, silently: its metrics in the last epoch"
    with redirect_stdout(None), learn.no_bar(), learn.no_logging(): learn.to_fast().fine_tune(epochs, **kwargs)
    return list(learn.final_record)[2:]

def told(what, errors, middle=median):
    print(f"| {what} | {' '.join(f'{o:.3f}' for o in errors)} | **{middle(errors):.3f}** |", flush=True)

# Photos

def birds(args):
    "Errors of the whole command, which lays one photo aside and keeps a fifth of the others for checking"
    from wholegame.cli import main
    errors, start = [], time.time()
    command = ['train', *CLASSES, '--arch', args.arch, *(['--photos', args.data] if args.data else [])]
    for seed in range(args.seeds or 5):
        learner = patch.object(vision, 'vision_learner', untrained if args.random else vision_learner)
        with tempfile.TemporaryDirectory() as out, learner, redirect_stdout(StringIO()):
            if main([*command, '--seed', f'{seed}', '--out', out]): raise SystemExit(2)
            errors.append(json.loads((Path(out)/'model.json').read_text(encoding='utf-8'))['metrics']['error_rate'])
    told(f"{args.arch}{', random weights' * args.random}{', without to_fast' * args.plain}", errors)
    print(f'{(time.time() - start) / len(errors):.0f} s a run')

def starts():
    "What to begin from: a name, a function that makes a learner, and its network"
    yield 'our weights', vision_learner, resnet18
    yield 'random weights', untrained, resnet18
    if any(Path(torch.hub.get_dir(), 'checkpoints').glob('squeezenet1_0-*')):
        yield "ImageNet's (squeezenet1_0)", vision_learner, squeezenet1_0

def share_wrong(learner, arch, files, valid):
    "Errors on the photos numbered in `valid`, after learning from the others"
    block = DataBlock((ImageBlock, CategoryBlock), splitter=IndexSplitter(valid), get_y=parent_label,
                      item_tfms=Resize(192, method='squish'))
    dls = block.dataloaders(files, bs=16)
    with redirect_stdout(None): return tuned(learner(dls, arch, metrics=error_rate))[0]

def fold(learner, arch, files, seed, i):
    "How many photos of fold `i` are named wrong; the seed sorts them into folds"
    set_seed(seed, reproducible=True)
    valid = torch.randperm(len(files)).tolist()[i::FOLDS]
    return round(share_wrong(learner, arch, files, valid) * len(valid))

def folds(args):
    with tempfile.TemporaryDirectory() as folder:
        if args.data: clean_photos(args.data, folder, max_size=400)
        files = photo_files(folder if args.data else data_path()/'birds_or_forest', CLASSES)
        print(f'| start | wrong, of {len(files)} photos, each seed | error |\n|---|---|---|')
        for name, *how in starts():
            wrong = [sum(fold(*how, files, seed, i) for i in range(FOLDS)) for seed in range(args.seeds or 2)]
            print(f"| {name} | {' '.join(map(str, wrong))} | {mean(wrong)/len(files):.3f} |", flush=True)

def weights(args):
    files = photo_files(args.data or data_path()/'birds_or_forest', CLASSES)
    def error(learner, arch, n, seed):
        set_seed(seed, reproducible=True)
        return share_wrong(learner, arch, files.shuffle()[:n+CHECK], range(n, n+CHECK))
    counts = [n for n in COUNTS if n + CHECK <= len(files)]
    print('| start |', ' | '.join(f'{n} photos' for n in counts), '|\n|---' + '|---'*len(counts) + '|')
    for name, *how in starts():
        errors = [mean(error(*how, n, seed) for seed in range(args.seeds or 3)) for n in counts]
        print(f'| {name} |', ' | '.join(f'{o:.3f}' for o in errors), '|', flush=True)

# Sounds

def sounds(args):
    "By recording, as `wholegame train` splits; and by clip, which flatters, where both sides share recordings"
    with tempfile.TemporaryDirectory() as folder:
        for clip in sorted(Path(args.data or draw_sounds(f'{folder}/drawn')).glob('*/*')):
            to = Path(folder, 'pictures', clip.parent.name, f'{clip.name}.png')
            to.parent.mkdir(parents=True, exist_ok=True)
            sound_picture(clip).save(to)
        def errors(learner, splitter):
            for seed in range(args.seeds or 5):
                set_seed(seed, reproducible=True)
                dls = photo_loaders(to.parent.parent, size=128, splitter=splitter(seed=seed))
                with redirect_stdout(None): yield tuned(learner(dls, resnet18, metrics=error_rate), 10)[0]
        told('our weights', [*errors(vision_learner, RecordingSplitter)])
        told('random weights', [*errors(untrained, RecordingSplitter)])
        told('our weights, split by clip', [*errors(vision_learner, RandomSplitter)])

# Streets, tables, films

def streets(args):
    from fastai.vision.all import URLs, unet_learner, untar_data
    from wholegame.checks import read_codes
    from wholegame.segmentation import MeanIoU, PixelAccuracy, segmentation_loaders
    path, runs = args.data or untar_data(URLs.CAMVID_TINY), []
    for seed in range(args.seeds or 3):
        start = time.time()
        set_seed(seed, reproducible=True)
        metrics = [PixelAccuracy(read_codes(path)), MeanIoU(read_codes(path))]
        dls = segmentation_loaders(path, seed=seed)
        with redirect_stdout(None): reached = tuned(unet_learner(dls, resnet18, metrics=metrics), 5, lr_mult=10)
        runs.append((*reached, time.time() - start))
    for name, values in zip(('pixel accuracy', 'mean IoU', 'seconds'), zip(*runs)): told(name, values)

def show(title, rows):
    "Print a table with a column for each seed, and the median"
    table = pd.DataFrame(rows)
    print(f'\n{title}\n{table.T.assign(median=table.median()).round(4)}', flush=True)

def tables(args):
    "The lesson's own split, where a seed changes the network's start and the order of the rows; then a split a seed"
    from fastai.tabular.all import URLs, accuracy, tabular_learner, untar_data
    from sklearn.ensemble import HistGradientBoostingClassifier
    from wholegame.tabular import table_loaders
    csv = Path(args.data) if args.data else untar_data(URLs.ADULT_SAMPLE)/'adult.csv'
    chances = csv.parent/'chances.csv'

    def run(seed, split):
        start, dls = time.perf_counter(), table_loaders(csv, seed=split)
        set_seed(seed)
        learn = tabular_learner(dls, metrics=accuracy)
        with learn.no_bar(), learn.no_logging(): learn.fit_one_cycle(3)
        seconds, ours, valid = time.perf_counter() - start, dls.train, dls.valid
        trees = HistGradientBoostingClassifier(categorical_features=list(dls.cat_names), random_state=seed)
        trees.fit(ours.xs, ours.y)
        scores = {'most common class': (valid.y == ours.y.mode()[0]).mean(),
                  'gradient boosting': trees.score(valid.xs, valid.y)}
        if chances.exists():
            best = pd.read_csv(chances).chance[valid.items.index] > .5
            scores['best possible'] = (best == (valid.y == 1)).mean()
        return {**scores, 'network': learn.recorder.final_record[-1], 'seconds': seconds}

    torch.set_num_threads(1)  # as the lesson does
    run(0, 0)                 # the first training in a process is slower
    show("accuracy, the lesson's split", [run(seed, 42) for seed in range(args.seeds or 3)])
    show('accuracy, a split for each seed', [run(seed, seed) for seed in range(args.seeds or 3)])

def films(args):
    "Ratings held out; then people held out, who tell ten of their ratings and are asked for the others"
    from fastai.collab import CollabDataLoaders, URLs, collab_learner, untar_data
    from wholegame.collab import read_ratings, recommend
    from wholegame.models import load_model, save_model
    ratings = read_ratings(args.data or untar_data(URLs.ML_SAMPLE)/'ratings.csv')

    def train(ratings, seed):
        set_seed(seed)
        start = time.perf_counter()
        learn = collab_learner(CollabDataLoaders.from_df(ratings.reset_index(drop=True)), y_range=(0.5, 5.5))
        with learn.no_bar(), learn.no_logging(): learn.fine_tune(10)
        return learn, time.perf_counter() - start

    def run(seed):
        learn, seconds = train(ratings, seed)
        return {'squared error': learn.recorder.final_record[-1], 'seconds': seconds}

    def strangers(seed):
        out, answers = ratings.userId.drop_duplicates().sample(frac=.2, random_state=seed), []
        known = ratings[~ratings.userId.isin(out)]
        means = known.groupby('movieId').rating.mean()
        with tempfile.TemporaryDirectory() as folder:
            model = load_model(save_model(train(known, seed)[0], folder))
            for one in out:
                rows = ratings[(ratings.userId == one) & ratings.movieId.isin(known.movieId)]
                rows = rows.sample(frac=1, random_state=seed).drop_duplicates('movieId')
                rows = rows.assign(film=rows.movieId.map(means))
                first, rest = rows[:TOLD], rows[TOLD:]
                stars = recommend(model, dict(zip(first.movieId, first.rating)), n=len(means)).set_index('film').stars
                person = rest.film + (first.rating - first.film).sum() / (TOLD + 2)
                answers.append(rest.assign(person=person, model=rest.movieId.map(stars)))
        answers = pd.concat(answers)
        names = dict(film="the film's average", person='and how generous they are', model='recommend, from ten ratings')
        return answers[[*names]].sub(answers.rating, axis=0).pow(2).mean().rename(names)

    train(ratings, 0)  # the first training in a process is slower
    show('ratings held out', [run(seed) for seed in range(args.seeds or 3)])
    show('people held out: squared errors', [strangers(seed) for seed in range(args.seeds or 3)])

def main():
    kinds = dict(birds=birds, folds=folds, weights=weights, sounds=sounds, streets=streets, tables=tables, films=films)
    p = options(__doc__)
    p.add_argument('lesson', choices=kinds)
    p.add_argument('--data', help='real data in place of the drawn sample')
    p.add_argument('--seeds', type=int, help='how many')
    p.add_argument('--arch', default='resnet18', help='birds: another network')
    p.add_argument('--random', action='store_true', help='birds: from random weights')
    p.add_argument('--plain', action='store_true', help='without to_fast')
    args = p.parse_args()
    use_data()
    if args.plain: Learner.to_fast = lambda learn: learn
    kinds[args.lesson](args)

if __name__ == '__main__': main()
