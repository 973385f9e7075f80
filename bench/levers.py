"""What each lever of the recipe for weights does, one at a time, at a small part of its length.

    python bench/levers.py --photos PHOTOS  # PHOTOS/bird/…, PHOTOS/forest/…; about half an hour on two cores

All take the functions of lesson 5, begin with the same 1,000 steps in the easy world, and go on for 400. Two judges then say how useful the network is: one that leaves it as it is (the
lesson's logistic regression, which learns from 64 pictures; average of twenty draws), and one that trains all of it (the bird lesson's `fine_tune(3)`; average of three seeds)."""
import argparse, os, sys, tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--photos', required=True)
args = p.parse_args()
os.environ['WHOLEGAME_DATA'] = 'sample'

import numpy as np, torch, torchvision
import torch.nn.functional as F
from execnb.shell import CaptureShell
from fastai.vision.all import error_rate, set_seed, vision_learner
from fastcore.nbio import read_nb
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from untrained import net_with
from wholegame.bird import photo_files, photo_loaders
from wholegame.photos import clean_photos
from wholegame.setup import data_path
from wholegame.speed import *
from wholegame.weights import load_weights

SHAPES, TEXTURES, SCENES, EASY, STEPS, LEARN = 400, 200, 15_000, 1000, 400, 64
torch.set_num_threads(1)
main, shell = sys.modules['__main__'], CaptureShell(Path('nbs'))
shell.run_all(read_nb('nbs/05_weights_without_photos.ipynb'), exc_stop=True)
sys.modules['__main__'] = main # the shell has put itself there
L = shell.user_ns # all names that the lesson defines; what is put there takes their place in its functions
sizes = SHAPES+1, TEXTURES

def draw_scenes():
    fractals = np.stack([L['fractal'](c) for c in range(SHAPES)])
    canvases = np.stack([[L['canvas'](c, i) for i in range(3)] for c in range(TEXTURES)])
    return L['draw_scenes'](fractals, canvases, SCENES)

def easy_world(model, end):
    easy = np.stack([L['easy_pictures'](c, 40) for c in range(SHAPES)])
    L['train'](model, lambda step: L['easy_batch'](easy, step, L['easy_stages']), partial(L['easy_lr'], end=end), end)

def school():
    "The weights that all others start from"
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=sum(sizes)).to(memory_format=torch.channels_last)
    easy_world(model, EASY)
    return model.state_dict()

def scene_batch(step, seed=0, share=1., first=TEXTURES//5, then=TEXTURES):
    pics, shapes, textures = scenes
    n = int(SCENES*share)
    return L['scene_batch']((pics[:n], shapes[:n], textures[:n]), step, [(0, first), (STEPS//3, then)], sizes, seed=seed)

def scenes_for(model, change=lambda x, questions: (x, questions), **kw):
    L['train'](model, lambda step: change(*scene_batch(step, **kw)), partial(L['scene_lr'], end=STEPS, warm=50), STEPS)

def grey(x, questions): return x.mean(1, keepdim=True).expand(-1, 3, -1, -1), questions

def other_light(x, questions):
    "Each colour of each picture brighter or darker, with more or less contrast"
    return x*torch.empty(len(x), 3, 1, 1).uniform_(.6, 1.4) + torch.empty(len(x), 3, 1, 1).uniform_(-.4, .4), questions

def larger(x, questions): return F.interpolate(x, size=(128, 128), mode='bilinear'), questions

def still_blocks(model):
    "From nothing again: each block of the network begins by handing on what it gets, because its last batch norm multiplies by zero"
    torch.manual_seed(0)
    model.load_state_dict(torchvision.models.resnet18(num_classes=sum(sizes), zero_init_residual=True).state_dict())
    easy_world(model, EASY)
    scenes_for(model)

def averaged(model):
    "The weights of the last hundred steps or so, averaged, in place of the last ones"
    average, step = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(.99), use_buffers=True), L['train_step']
    def step_and_average(*args):
        told = step(*args)
        average.update_parameters(model)
        return told
    with patch.dict(L, train=partial(L['train'], train_step=step_and_average)): scenes_for(model)
    model.load_state_dict(average.module.state_dict())

def exact(model):
    with patch.dict(L, grade=partial(L['grade'], smooth=0)): scenes_for(model)

levers = {'nothing after the easy world': lambda m: None,
          'the easy world for 400 steps more, no scenes': lambda m: easy_world(m, STEPS),
          'the recipe: scenes, two questions': scenes_for,
          'the same with other chance': partial(scenes_for, seed=1),
          'asked for shapes only': partial(scenes_for, change=lambda x, q: (x, q[:1])),
          'asked for textures only': partial(scenes_for, change=lambda x, q: (x, q[1:])),
          'all textures from the start': partial(scenes_for, first=TEXTURES),
          'a tenth of the scenes, ten times as often': partial(scenes_for, share=.1),
          'a fifth of the textures, to the end': partial(scenes_for, then=TEXTURES//5),
          'blown up to 128 pixels': partial(scenes_for, change=larger),
          'in grey': partial(scenes_for, change=grey),
          'colours and contrast changed at random': partial(scenes_for, change=other_light),
          'no smoothing of answers': exact,
          'weights averaged over steps': averaged,
          'blocks that begin by doing nothing': still_blocks,
          'the weights in the file': lambda m: m.load_state_dict(load_weights(data_path()/'resnet18_fractals.safetensors'), strict=False)}

def fine_tuned(state, seed):
    "Error and loss of the bird lesson on photos, from these weights"
    set_seed(seed, reproducible=True)
    learn = vision_learner(photo_loaders(photos, seed=seed), net_with(torchvision.models.resnet18, state), metrics=error_rate).to_fast()
    with learn.no_bar(), learn.no_logging(): learn.fine_tune(3)
    return learn.final_record[:0:-1]

def judged(name):
    "What both judges say after one lever was pulled: three shares of wrong answers, and a loss"
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=sum(sizes)).to(memory_format=torch.channels_last)
    model.load_state_dict(start)
    levers[name](model)
    state = {k: v.clone() for k,v in model.state_dict().items() if not k.startswith('fc.')}
    return [*(L['probe_error'](L['features'](model, x), y, LEARN) for x,y in exams), *np.mean([fine_tuned(state, o) for o in range(3)], 0)]

def exam(folder):
    files = photo_files(folder, ['bird', 'forest'])
    return np.stack([L['open_square'](o, 128) for o in files]), np.array([o.parent.name for o in files])

with tempfile.TemporaryDirectory() as photos:
    clean_photos(args.photos, dest=Path(photos)/'clean', max_size=400)
    photos = Path(photos)/'clean'
    exams = [exam(data_path()/'birds_or_forest'), exam(photos)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context('fork')) as pool:
        drawing = pool.submit(draw_scenes)
        start, scenes = pool.submit(school).result(), drawing.result()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context('fork')) as pool: # its processes know what was made
        print('\n| what | drawings, left as it is | photos, left as it is | photos, trained | its loss |\n|---|---|---|---|---|')
        for name, told in zip(levers, pool.map(judged, levers)): print(f'| {name} |', ' | '.join(f'{o:.3f}' for o in told), '|', flush=True)
