"""Errors of the bird lesson where every photo is checked on once, by a network that did not learn from it: five folds, finer than one fifth of the photos.

    python bench/folds.py                  # the drawn sample
    python bench/folds.py --photos PHOTOS  # PHOTOS/bird/…, PHOTOS/forest/…

A seed sorts the photos into folds. `--weights` takes other files of weights than the project's own, such as one that a change of the recipe made."""
import argparse, os, tempfile
from pathlib import Path

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--photos')
p.add_argument('--weights', nargs='*', default=[])
p.add_argument('--seeds', type=int, default=2)
args = p.parse_args()
os.environ['WHOLEGAME_DATA'] = 'sample'

from wholegame.setup import data_path, quiet
quiet()
import torch, torchvision
from fastai.vision.all import (CategoryBlock, DataBlock, ImageBlock, IndexSplitter, L, Resize, error_rate, parent_label, set_seed,
                               squeezenet1_0, vision_learner)
from untrained import net_with, untrained_learner
from wholegame.bird import photo_files
from wholegame.photos import clean_photos
from wholegame.speed import *
from wholegame.weights import load_weights, own_weights

FOLDS = 5

def wrong(learner, arch, fold, seed):
    "How many photos of this fold are named wrong after learning from the others"
    set_seed(seed, reproducible=True)
    order = torch.randperm(len(files)).tolist()
    dls = DataBlock((ImageBlock, CategoryBlock), splitter=IndexSplitter(order[fold::FOLDS]), get_y=parent_label,
                    item_tfms=Resize(192, method='squish')).dataloaders(files, bs=16)
    learn = learner(dls, arch, metrics=error_rate).to_fast()
    with learn.no_bar(), learn.no_logging(): learn.fine_tune(3)
    return round(learn.final_record[-1]*len(dls.valid_ds))

resnet18 = torchvision.models.resnet18
ours = {o: o for o in args.weights} or {'ours': own_weights}
rows = {name: (vision_learner, net_with(resnet18, load_weights(o))) for name,o in ours.items()}
rows['none'] = untrained_learner, resnet18
if any(Path(torch.hub.get_dir(), 'checkpoints').glob('squeezenet1_0-*')): rows["ImageNet's (squeezenet1_0)"] = vision_learner, squeezenet1_0

with tempfile.TemporaryDirectory() as tmp:
    if args.photos: clean_photos(args.photos, dest=Path(tmp)/'clean', max_size=400)
    files = photo_files(Path(tmp)/'clean' if args.photos else data_path()/'birds_or_forest', ['bird', 'forest'])
    print(f'| weights | wrong, of {len(files)} photos, each seed | error |\n|---|---|---|')
    for name, how in rows.items():
        seeds = L(range(args.seeds)).map(lambda s: sum(wrong(*how, fold, s) for fold in range(FOLDS)))
        print(f"| {name} | {' '.join(map(str, seeds))} | {sum(seeds)/len(seeds)/len(files):.3f} |", flush=True)
