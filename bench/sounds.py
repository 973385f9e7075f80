"""Sounds as pictures: each clip becomes a mel-spectrogram, and the bird lesson's lines tell them apart, with our weights and with none.

    python bench/sounds.py CLIPS  # CLIPS/dog/…ogg, CLIPS/rain/…ogg, and so on: a folder of clips for each class"""
import argparse, os, tempfile
from pathlib import Path
from statistics import median

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('clips')
p.add_argument('--seeds', type=int, default=5)
p.add_argument('--epochs', type=int, default=5)
args = p.parse_args()
os.environ['WHOLEGAME_DATA'] = 'sample'

from wholegame.setup import quiet
quiet()
import numpy as np, soundfile
from fastai.vision.all import error_rate, set_seed, vision_learner
from PIL import Image
from scipy.signal import stft
from untrained import untrained_learner
from wholegame.bird import photo_loaders
from wholegame.speed import *
from wholegame.weights import resnet18

def mel_bands(rate, n_freq, n=96, low=50):
    "Triangles that sum frequencies to `n` bands, evenly spaced for the ear (n×n_freq)"
    mel = np.linspace(*(2595*np.log10(1 + np.array([low, rate/2])/700)), n+2)
    edge, f = 700*(10**(mel/2595) - 1), np.linspace(0, rate/2, n_freq)
    up, down = (f - edge[:-2,None])/(edge[1:-1] - edge[:-2])[:,None], (edge[2:,None] - f)/(edge[2:] - edge[1:-1])[:,None]
    return np.clip(np.minimum(up, down), 0, None)

def picture(clip):
    "Time from left to right, low tones below, the loud bright: in decibels, 80 below the loudest are black"
    wave, rate = soundfile.read(clip)
    power = np.abs(stft(wave, rate, nperseg=2048, noverlap=1536)[2])**2
    db = 10*np.log10(mel_bands(rate, len(power)) @ power + 1e-10)
    return Image.fromarray((np.clip((db - db.max())/80 + 1, 0, 1)[::-1]*255).astype(np.uint8)).convert('RGB')

with tempfile.TemporaryDirectory() as d:
    classes = sorted(o.name for o in Path(args.clips).iterdir() if o.is_dir())
    for o in classes:
        Path(d, o).mkdir()
        for clip in sorted(Path(args.clips, o).iterdir()): picture(clip).save(Path(d, o, f'{clip.stem}.png'))
    for name, learner in (('our weights', vision_learner), ('none', untrained_learner)):
        errors = []
        for seed in range(args.seeds):
            set_seed(seed, reproducible=True)
            learn = learner(photo_loaders(d, seed=seed, classes=classes), resnet18, metrics=error_rate).to_fast()
            with learn.no_bar(), learn.no_logging(): learn.fine_tune(args.epochs)
            errors.append(learn.final_record[-1])
        print(f"{name}: errors {' '.join(f'{e:.3f}' for e in errors)}; median {median(errors):.3f}, by chance {1-1/len(classes):.3f}", flush=True)
