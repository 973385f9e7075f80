"""How well the segmentation lesson does, over several seeds: pixel accuracy without Void, mean IoU, and seconds for its nine epochs.

    python bench/segmentation.py                  # the drawn sample
    python bench/segmentation.py --streets FOLDER # FOLDER/images/NAME.png, FOLDER/labels/NAME_P.png, FOLDER/codes.txt

`--plain` leaves out `to_fast`, for comparison. The network starts from the project's own weights, also where ImageNet's could be had. A seed draws both the photos kept for checking and
the random half of the network."""
import argparse, os, time
from statistics import median

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--streets')
p.add_argument('--seeds', type=int, default=3)
p.add_argument('--plain', action='store_true')
args = p.parse_args()
os.environ['WHOLEGAME_DATA'] = 'sample'

from wholegame.setup import URLs, quiet, untar_data
quiet()
from fastai.vision.all import set_seed, unet_learner
from wholegame.segmentation import MeanIoU, PixelAccuracy, read_codes, segmentation_loaders
from wholegame.speed import *
from wholegame.weights import resnet18

path = args.streets or untar_data(URLs.CAMVID_TINY)
codes, runs = read_codes(path), []
for seed in range(args.seeds):
    start = time.time()
    set_seed(seed, reproducible=True)
    learn = unet_learner(segmentation_loaders(path, seed=seed), resnet18, metrics=[PixelAccuracy(codes), MeanIoU(codes)])
    if not args.plain: learn.to_fast()
    with learn.no_bar(), learn.no_logging(): learn.fine_tune(8, lr_mult=10)
    runs.append((*learn.final_record[2:], time.time()-start))
    print('seed {}: pixel accuracy {:.3f}, mean IoU {:.3f}, {:.0f} s'.format(seed, *runs[-1]), flush=True)
print('{}: median pixel accuracy {:.3f}, mean IoU {:.3f}, {:.0f} s'.format(args.streets or 'drawn sample', *map(median, zip(*runs))))
