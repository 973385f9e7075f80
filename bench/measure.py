"What the programs here share: options, tables, photos made by formula, and processes measured from outside"
import io, json, os, subprocess, sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

import numpy as np
from PIL import Image
from wholegame.setup import quiet

os.environ['WHOLEGAME_DATA'] = 'sample'  # no number is to depend on a network
quiet()

def options(doc): return ArgumentParser(description=doc, formatter_class=RawDescriptionHelpFormatter)

def head(*names): print(f"| {' | '.join(names)} |", '|---'*len(names) + '|', sep='\n', flush=True)

def picture(seed, size, grain=None):
    "Bytes of a JPEG, another for each seed: soft blobs with grain, from 2 (a clear sky) to 10 (leaves) unless given"
    rng = np.random.default_rng(seed)
    im = Image.fromarray(rng.integers(0, 256, (9, 12, 3), 'uint8')).resize(size, Image.Resampling.BICUBIC)
    strength = 2 + seed % 9 if grain is None else grain
    some = min(3_000_001, 3*size[0]*size[1])
    noise = np.resize(rng.integers(-strength, strength + 1, some, 'int16'), (size[1], size[0], 3))
    f = io.BytesIO()
    Image.fromarray((np.asarray(im) + noise).clip(0, 255).astype('uint8')).save(f, 'JPEG', quality=90)
    return f.getvalue()

def is_whole(file):
    "Can every pixel of this photo be read?"
    try:
        with Image.open(file) as im: im.load()
    except Exception: return False
    return True

# In a small process of its own: what a large one starts is said to have had all its memory
WATCH = '''
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
seconds, most = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
json.dump([seconds, most / (2**20 if sys.platform == 'darwin' else 2**10), done.returncode, done.stdout], sys.stdout)
'''

def run(*command):
    "Seconds that a command took, the most memory that it ever had in MiB, and what it printed"
    told = subprocess.check_output([sys.executable, '-IS', '-c', WATCH, *map(str, command)], text=True)
    seconds, mib, status, printed = json.loads(told)
    assert status == 0, f'{command} ended with status {status}'
    return seconds, mib, printed
