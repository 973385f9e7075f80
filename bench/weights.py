"""How much weights help, by the number of photos: error of the bird lesson's lines from ImageNet's weights, from ours, and from none.

    python bench/weights.py                  # the drawn sample
    python bench/weights.py --photos PHOTOS  # PHOTOS/bird/…, PHOTOS/forest/…

A seed draws both the photos to learn from and the 36 to check on; the error is the average over the seeds. ImageNet's weights are those of squeezenet1_0, if
this computer has them (TORCH_HOME says where); they are not fetched."""
import argparse, os
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from statistics import mean

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--photos')
p.add_argument('--seeds', type=int, default=3)
args = p.parse_args()
os.environ['WHOLEGAME_DATA'] = 'sample'

from wholegame.setup import data_path, quiet
quiet()
import torch
from fastai.vision.all import (CategoryBlock, DataBlock, ImageBlock, IndexSplitter, Resize, error_rate, parent_label, set_seed,
                               squeezenet1_0, vision_learner)
from untrained import untrained_learner
from wholegame.bird import photo_files
from wholegame.speed import *
from wholegame.weights import resnet18

COUNTS, CHECK = (18, 36, 72, 144), 36
files = photo_files(args.photos or data_path()/'birds_or_forest', ['bird', 'forest'])

def error(learner, arch, n, seed):
    "Share of wrong answers on `CHECK` photos after learning from `n` others"
    set_seed(seed, reproducible=True)
    some = files.shuffle()[:n+CHECK]
    dls = DataBlock((ImageBlock, CategoryBlock), splitter=IndexSplitter(range(n, n+CHECK)), get_y=parent_label,
                    item_tfms=Resize(192, method='squish')).dataloaders(some, bs=16)
    with redirect_stdout(None): learn = learner(dls, arch, metrics=error_rate).to_fast()
    with learn.no_bar(), learn.no_logging(): learn.fine_tune(3)
    return learn.final_record[-1]

imagenet = any(Path(torch.hub.get_dir(), 'checkpoints').glob('squeezenet1_0-*'))
rows = {'none': (untrained_learner, resnet18), 'none, by pretrained=False': (partial(vision_learner, pretrained=False), resnet18), 'ours': (vision_learner, resnet18)}
if imagenet: rows["ImageNet's (squeezenet1_0)"] = vision_learner, squeezenet1_0
else: print("ImageNet's weights are left out: this computer has no squeezenet1_0 in", Path(torch.hub.get_dir(), 'checkpoints'))
print('| weights |', ' | '.join(f'{n} photos' for n in COUNTS), '|\n' + '|---'*(len(COUNTS)+1) + '|')
for name, how in rows.items():
    print(f'| {name} |', ' | '.join(f'{mean(error(*how, n, s) for s in range(args.seeds)):.3f}' for n in COUNTS), '|', flush=True)
