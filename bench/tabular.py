"""How well the lesson on tables does: its accuracy and its time, beside other ways to guess.

    python bench/tabular.py                  # the sample
    python bench/tabular.py --csv ADULT.csv  # fastai's Adult table, or another with its columns

First the lesson's own split, where a seed changes only where the network starts and in which order it sees the rows; then a split
for each seed. The best that anyone can do is known for the sample only. Seconds are for making the loaders and training three rounds."""
import argparse, os, time
from pathlib import Path

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--csv')
p.add_argument('--seeds', type=int, default=3)
args = p.parse_args()
if not args.csv: os.environ['WHOLEGAME_DATA'] = 'sample'

from wholegame.setup import quiet
quiet()
import pandas as pd, torch
from fastai.tabular.all import accuracy, set_seed, tabular_learner
from sklearn.ensemble import HistGradientBoostingClassifier
from wholegame.setup import URLs, untar_data
from wholegame.tables import read_table
from wholegame.tabular import table_loaders

csv = Path(args.csv) if args.csv else untar_data(URLs.ADULT_SAMPLE)/'adult.csv'
chances = csv.parent/'chances.csv'

def run(seed, split):
    "Shares of right answers on one split"
    start = time.perf_counter()
    dls = table_loaders(csv, seed=split)
    set_seed(seed)
    learn = tabular_learner(dls, metrics=accuracy)
    with learn.no_bar(), learn.no_logging(): learn.fit_one_cycle(3)
    spent = time.perf_counter() - start
    trees = HistGradientBoostingClassifier(categorical_features=list(dls.cat_names), random_state=seed).fit(dls.train.xs, dls.train.y)
    scores = {'commoner class': (dls.valid.y == dls.train.y.mode()[0]).mean(), 'gradient boosting': trees.score(dls.valid.xs, dls.valid.y),
              'network': learn.recorder.final_record[-1]}
    if chances.exists(): scores['best possible'] = ((read_table(chances).chance[dls.valid.items.index] > .5) == (dls.valid.y == 1)).mean()
    return {**scores, 'seconds': spent}

torch.set_num_threads(1) # as the lesson does
run(0, 0) # the first training in a process is slower
for title, split in ("the lesson's split", lambda seed: 42), ('a split for each seed', lambda seed: seed):
    table = pd.DataFrame([run(seed, split(seed)) for seed in range(args.seeds)])
    print(f'{"the sample" if not args.csv else args.csv}, {title}\n{table.T.assign(median=table.median()).round(4)}\n')
