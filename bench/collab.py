"""How well the lesson on recommendations does: its error, its time, and what it foresees for people it never met.

    python bench/collab.py                       # the sample
    python bench/collab.py --ratings RATINGS.csv # columns userId, movieId, rating

Every seed trains anew on another split. For the second table one person in five is held out of the training and
tells ten of their ratings; the errors are those on all their other ratings."""
import argparse, os, tempfile, time
from pathlib import Path

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--ratings')
p.add_argument('--seeds', type=int, default=3)
args = p.parse_args()
if not args.ratings: os.environ['WHOLEGAME_DATA'] = 'sample'

from wholegame.setup import quiet
quiet()
import pandas as pd
from fastai.collab import CollabDataLoaders, collab_learner
from fastai.torch_core import set_seed
from wholegame.collab import load_model, read_ratings, recommend, save_model
from wholegame.setup import URLs, untar_data

ratings = read_ratings(args.ratings or untar_data(URLs.ML_SAMPLE)/'ratings.csv')

def train(ratings, seed):
    set_seed(seed)
    start = time.perf_counter()
    learn = collab_learner(CollabDataLoaders.from_df(ratings.reset_index(drop=True)), y_range=(0.5, 5.5))
    with learn.no_bar(), learn.no_logging(): learn.fine_tune(10)
    return learn, time.perf_counter() - start

def averages(train, asked):
    "Guesses from the averages of films"
    return asked.movieId.map(train.groupby('movieId').rating.mean()).fillna(train.rating.mean())

def strangers(seed, told=10):
    "Squared errors on people who were held out of the training"
    out = ratings.userId.drop_duplicates().sample(frac=.2, random_state=seed)
    known, answers = ratings[~ratings.userId.isin(out)], []
    with tempfile.TemporaryDirectory() as folder: model = load_model(save_model(train(known, seed)[0], folder))
    for one in out:
        rows = ratings[(ratings.userId == one) & ratings.movieId.isin(model.films)].sample(frac=1, random_state=seed).drop_duplicates('movieId')
        first, rest = rows[:told], rows[told:]
        foreseen = recommend(model, dict(zip(first.movieId, first.rating)), n=len(model.films)).set_index('film').stars
        film, generous = averages(known, rest), (first.rating - averages(known, first)).sum() / (told + 2)
        answers.append(rest.assign(film=film, person=film + generous, model=rest.movieId.map(foreseen)))
    answers = pd.concat(answers)
    return {name: ((answers[o] - answers.rating)**2).mean() for name,o in
            {"the film's average": 'film', 'that, and how generous the person is': 'person', 'recommend, from ten ratings': 'model'}.items()}

train(ratings, 0) # the first training in a process is slower
runs = [train(ratings, seed) for seed in range(args.seeds)]
known = pd.DataFrame([dict(error=learn.recorder.final_record[-1], seconds=spent) for learn,spent in runs])
print(f'{args.ratings or "the sample"}: {len(ratings)} ratings\n\nratings held out\n{known.T.assign(median=known.median()).round(3)}')
new = pd.DataFrame([strangers(seed) for seed in range(args.seeds)])
print(f'\npeople held out\n{new.T.assign(median=new.median()).round(3)}')
