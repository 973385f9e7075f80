"""Validation error of the bird lesson over five seeds, as `wholegame train` reports it.

    python bench/seeds.py                                                   # the drawn sample
    python bench/seeds.py --photos PHOTOS [--arch squeezenet1_0] [--random] # PHOTOS/bird/…, PHOTOS/forest/…

For comparison, `--random` starts from random weights, and `--plain` leaves out `to_fast`."""
import argparse, json, os, tempfile, time
from pathlib import Path
from statistics import median
from unittest.mock import patch

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--photos')
p.add_argument('--arch', default='resnet18')
p.add_argument('--random', action='store_true')
p.add_argument('--plain', action='store_true')
p.add_argument('--seeds', type=int, default=5)
args = p.parse_args()
if not args.photos: os.environ['WHOLEGAME_DATA'] = 'sample'

from fastai.vision import all as fv
from untrained import untrained_learner
from wholegame.cli import main
import wholegame.speed

command = ['train', 'bird', 'forest', '--arch', args.arch] + (['--photos', args.photos] if args.photos else [])
if args.plain: fv.Learner.to_fast = lambda learn: learn
errors, start = [], time.time()
for seed in range(args.seeds):
    with tempfile.TemporaryDirectory() as out, patch('fastai.vision.all.vision_learner', untrained_learner if args.random else fv.vision_learner):
        if main([*command, '--seed', str(seed), '--out', out]): raise SystemExit(2)
        errors.append(json.loads((Path(out)/'model.json').read_text())['metrics']['error_rate'])
what = f"{args.arch}, {'random weights' if args.random else 'pretrained'}{', without to_fast' * args.plain}, {args.photos or 'drawn sample'}"
print(f"\n{what}: errors {' '.join(f'{e:.3f}' for e in errors)}; median {median(errors):.3f}; {(time.time()-start)/args.seeds:.0f} s a run")
