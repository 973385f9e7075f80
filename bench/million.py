"""Many photos: img2dataset for the download, and shards (tar files of a thousand photos) beside single files for the training.

    python bench/million.py [--photos 20000]

1. Makes an environment of its own for img2dataset in a temporary folder, because it wants an older pandas than we have (about a minute, needs the
   package index; `--img2dataset PATH` takes one that is there). It and our `download_photos` then fetch the 400 drawings from a server on this computer.
2. Writes drawings again and again as files of a folder and as shards, and times fastai's loader on both: with all of it in the computer's memory
   (warm), with none (cold), and from a server that takes 50 ms to answer, as storage in a network does. Cold means that this system was asked to
   forget the files' contents; what the disk itself or a host below remembers stays.
"""
import argparse, csv, http.server, os, random, subprocess, tarfile, tempfile, time, venv
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from urllib.request import urlopen

import webdataset as wds
from fastai.vision.all import *
from wholegame.bird import photo_files
from wholegame.photos import download_photos
from wholegame.setup import data_path

DRAWINGS = data_path()/'birds_or_forest'
FILES = photo_files(DRAWINGS, ['bird', 'forest'])

class Handler(http.server.SimpleHTTPRequestHandler):
    "Files of a folder, each after `wait` seconds"
    def log_message(self, *args): pass
    def do_GET(self):
        time.sleep(self.wait)
        super().do_GET()

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    def handle_error(self, *args): "Whoever hangs up may do so"

@contextmanager
def serving(folder, wait=0):
    "The address of a server of `folder`, in a process of its own on this computer"
    with Server(('127.0.0.1', 0), partial(type('Slow', (Handler,), dict(wait=wait)), directory=str(folder))) as server:
        process = get_context('fork').Process(target=server.serve_forever)
        process.start()
        try: yield f'http://127.0.0.1:{server.server_port}'
        finally:
            process.terminate()
            process.join()

# 1. The download

def img2dataset_at(work):
    "The command `img2dataset` in a new environment below `work`"
    venv.create(work/'env', with_pip=True)
    subprocess.run([work/'env'/'bin'/'pip', 'install', '-qq', '--disable-pip-version-check', 'img2dataset'], check=True)
    return work/'env'/'bin'/'img2dataset'

def by_img2dataset(command, rows, folder):
    "Seconds that it took, and photos in the shards"
    with (folder/'urls.csv').open('w', newline='') as f: csv.writer(f).writerows([('url', 'label'), *rows])
    start = time.perf_counter()
    done = subprocess.run([command, '--url_list', folder/'urls.csv', '--input_format', 'csv', '--url_col', 'url', '--caption_col', 'label',
        '--output_format', 'webdataset', '--output_folder', folder/'shards', '--number_sample_per_shard', '100', '--image_size', '400',
        '--resize_mode', 'keep_ratio', '--resize_only_if_bigger', 'True', '--processes_count', '2', '--thread_count', '16'],
        env={**os.environ, 'NO_ALBUMENTATIONS_UPDATE': '1'}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = time.perf_counter() - start
    if done.returncode: raise SystemExit(done.stdout)
    names = [n for o in sorted((folder/'shards').glob('*.tar')) for n in tarfile.open(o).getnames()]
    return seconds, sum(n.endswith('.jpg') for n in names)

def downloads(command, folder, wait):
    with serving(DRAWINGS, wait) as url:
        rows = [(f'{url}/{o.relative_to(DRAWINGS).as_posix()}', o.parent.name) for o in FILES]
        random.Random(0).shuffle(rows)
        seconds, n = by_img2dataset(command, rows, folder)
        print(f'| img2dataset, two processes of 16 threads | {n} | {seconds:.1f} s |')
        ours = download_photos([o for o,_ in rows], folder/'ours', allow_private=True, progress=False)
        print(f'| download_photos | {len(ours.downloaded)} | {ours.seconds:.1f} s |', flush=True)
        if ours.rejected: print(ours)

# 2. The training's input

def write(folder, n, per_shard=1000):
    "The drawings again and again, `n` in all and mixed: as files below `folder`/files, and as `folder`/shards"
    for cls in ('bird', 'forest'): (folder/'files'/cls).mkdir(parents=True)
    (folder/'shards').mkdir()
    chosen = random.Random(0).choices(FILES, k=n)
    with wds.ShardWriter(str(folder/'shards'/'%05d.tar'), maxcount=per_shard, verbose=0) as shards:
        for i,o in enumerate(chosen):
            data,cls = o.read_bytes(),o.parent.name
            (folder/'files'/cls/f'{i:07}.jpg').write_bytes(data)
            shards.write({'__key__': f'{i:07}', 'jpg': data, 'txt': cls})

TFMS = dict(after_item=[Resize(192, method='squish'), ToTensor()], after_batch=[IntToFloatTensor()])
VOCAB = ['bird', 'forest']

def from_files(files, n_workers, fetch=PILImage.create):
    "fastai's loader of `files`"
    return TfmdDL(Datasets(files, [[fetch], [parent_label, Categorize(VOCAB)]]), bs=64, shuffle=True, num_workers=n_workers, **TFMS)

def from_shards(urls, n, n_workers):
    "fastai's loader of the shards `urls`, with `n` photos in all"
    data = wds.WebDataset(urls, shardshuffle=len(urls)).shuffle(1000).to_tuple('jpg', 'txt')
    data = data.map_tuple(PILImage.create, lambda o: TensorCategory(VOCAB.index(o.decode())))
    return TfmdDL(data, bs=64, n=n, num_workers=n_workers, **TFMS)

def forget(folder):
    "Ask the system to drop what it remembers of the contents of these files"
    os.sync()
    for o in folder.rglob('*.*'):
        f = os.open(o, os.O_RDONLY)
        os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(f)

def read_all(paths):
    "Seconds to read these files, one after another"
    start = time.perf_counter()
    for o in paths: Path(o).read_bytes()
    return time.perf_counter() - start

def timed(make):
    "Seconds until the first batch is there, photos a second from then on, and milliseconds of the processor for each"
    start,used,n,first = time.perf_counter(),sum(os.times()[:4]),0,None
    for x,_ in make():
        n += len(x)
        if not first: first,m = time.perf_counter(),n
    return first - start, (n - m)/(time.perf_counter() - first), (sum(os.times()[:4]) - used)/n*1e3

def reading(folder, n):
    "Bytes only, nothing decoded, in a random order"
    for name in ('files', 'shards'):
        forget(folder/name)
        paths = list((folder/name).rglob('*.*'))
        random.Random(1).shuffle(paths)
        print(f'| {name} | {n/read_all(paths):,.0f} | {n/read_all(paths):,.0f} |', flush=True)

def loading(folder, n, n_workers, wait):
    shards = sorted(map(str, (folder/'shards').glob('*.tar')))
    both = dict(files=lambda: from_files(photo_files(folder/'files'), n_workers), shards=lambda: from_shards(shards, n, n_workers))
    def row(*args): print('| {} | {}, {} | {:.1f} s | {:,.0f} | {:.1f} ms |'.format(*args), flush=True)
    for name,make in both.items():
        forget(folder/name)
        for state in ('cold', 'warm'): row("this computer's disk", name, state, *timed(make))
    with serving(folder, wait) as url:
        def fetch(o): return PILImage.create(urlopen(f'{url}/{o.relative_to(folder).as_posix()}').read())
        some = photo_files(folder/'files').shuffle()[:1000]
        piped = [f'pipe:curl -s {url}/shards/{Path(o).name}' for o in shards]
        row(f'a server, {wait*1000:.0f} ms', 'files', 'warm', *timed(lambda: from_files(some, n_workers, fetch)))
        row(f'a server, {wait*1000:.0f} ms', 'shards', 'warm', *timed(lambda: from_shards(piped, n, n_workers)))

def listing(folder, n):
    start = time.perf_counter()
    assert len(photo_files(folder)) == n
    seconds = time.perf_counter() - start
    print(f'\nTo list and sort {n:,} files takes {seconds:.2f} s; at that rate a million take {seconds*1e6/n:.0f} s, in each process anew.')

def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--photos', type=int, default=20_000, help='how many are read from disk')
    args.add_argument('--img2dataset', help='the command, if it is installed already')
    args.add_argument('--workers', type=int, default=len(os.sched_getaffinity(0)), help='processes that load photos')
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        command = args.img2dataset or img2dataset_at(work)
        print('| download of 400 drawings | photos | seconds |\n|---|---|---|')
        (work/'web').mkdir()
        downloads(command, work/'web', .2)
        write(work, args.photos)
        print('\n| only read, at random | photos a second, cold | warm |\n|---|---|---|')
        reading(work, args.photos)
        print('\n| loaded for training from | as | first batch after | photos a second | processor time a photo |\n|---|---|---|---|---|')
        loading(work, args.photos, args.workers, .05)
        listing(work/'files', args.photos)

if __name__ == '__main__': main()
