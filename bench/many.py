"""How long does clean_photos take, and how much memory, for a thousand photos, ten thousand, a hundred thousand?

    python bench/many.py [--sizes 1000 10000 100000]

Makes small photos of 64×48 pixels by formula, all different, in two classes of a temporary folder, a hundred to a thousand bytes each and so up to a
gigabyte on disk for the largest folder with its copies. Each folder is cleaned by a process of its own, with `dest`, so that its peak of memory is its own.
Processor time is that of all threads, and hardly depends on what else the machine is doing.
"""
import argparse, io, os, resource, shutil, subprocess, sys, tempfile, time
from pathlib import Path

import numpy as np
from PIL import Image

def photo(seed):
    "Soft blobs of 8×6 colours, different for each `seed`; bytes of a JPEG"
    colours = np.random.default_rng(seed).integers(0, 256, (6,8,3), 'uint8')
    f = io.BytesIO()
    Image.fromarray(colours).resize((64,48), Image.Resampling.BICUBIC).save(f, 'JPEG')
    return f.getvalue()

def make(folder, n):
    for cls in ('bird', 'forest'): (folder/cls).mkdir(parents=True)
    for i in range(n): (folder/('bird', 'forest')[i % 2]/f'{i:06}.jpg').write_bytes(photo(i))

def clean(folder, dest):
    "In a process of its own: clean, and print the seconds, those of the processor, those of the search for twins, the peak of memory, and the photos kept"
    from wholegame import photos
    judge,spent = photos._judge,[]
    def timed(*args):
        start = time.process_time()
        judge(*args)
        spent.append(time.process_time() - start)
    photos._judge = timed
    start = time.process_time()
    report = photos.clean_photos(folder, dest=dest)
    print(report.seconds, time.process_time() - start, spent[0], peak(), len(report.kept))

def peak():
    "Most memory that this process has had, in megabytes"
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most/1e6 if sys.platform == 'darwin' else most*1024/1e6

def measure(n, work):
    make(work/'photos', n)
    out = subprocess.check_output([sys.executable, __file__, '--clean', work/'photos', work/'cleaned'], text=True)
    seconds,used,search,most,kept = map(float, out.split())
    print(f'| {n:,} | {kept:,.0f} | {seconds:.1f} s | {used:.1f} s | {used/n*1e3:.2f} ms | {search:.1f} s | {most:.0f} MB |', flush=True)
    for o in ('photos', 'cleaned'): shutil.rmtree(work/o)

def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--sizes', type=int, nargs='+', default=[1_000, 10_000, 100_000], help='how many photos')
    args.add_argument('--clean', nargs=2, help=argparse.SUPPRESS)
    args = args.parse_args()
    if args.clean: return clean(*args.clean)
    print(f'{len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()} cores')
    print('| photos | kept | seconds | processor time | a photo | of it the search for twins | most memory |\n|---|---|---|---|---|---|---|')
    with tempfile.TemporaryDirectory() as work:
        for n in args.sizes: measure(n, Path(work))

if __name__ == '__main__': main()
