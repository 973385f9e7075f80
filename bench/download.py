"""How much faster is download_photos than fastai's download_images when servers misbehave, and what does each keep?

    python bench/download.py [--photos 400] [--rounds 1]

A server on this computer, in a process of its own, answers after 200 ms. Of the addresses 5 % hang (the connection opens and nothing
comes), and 10 % break: some with an error 500, some with a reset, some in the middle of the photo. Both download the same list, in turn, from
fresh folders.
"""
import argparse, contextlib, io, socket, statistics, subprocess, sys, tempfile, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

latency,limit = .2,60

def trouble(i):
    "What becomes of photo `i`: of 20 in a row one hangs and two break"
    return {3: 'hang', 9: ('error', 'reset', 'half')[i//20 % 3], 16: ('half', 'error', 'reset')[i//20 % 3]}.get(i % 20, 'fine')

class Server(ThreadingHTTPServer):
    daemon_threads,request_queue_size = True,256
    def handle_error(self, request, client_address): pass # a client that hangs up is no news here

class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *args): pass

    def do_GET(self):
        i = int(self.path.strip('/').split('.')[0])
        what,body = trouble(i),self.server.photos[i % len(self.server.photos)]
        time.sleep(3600 if what == 'hang' else latency)
        if what == 'reset': self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0') # closing resets
        else:
            self.send_response(500 if what == 'error' else 200)
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body[:len(body)//3] if what == 'half' else body)
        if what in ('reset', 'half'): self.close_connection = True

def serve():
    "Print the port and answer until killed"
    from photos import picture
    server = Server(('127.0.0.1', 0), Handler)
    server.photos = [picture(i, (640,480)) for i in range(20)]
    print(server.server_port, flush=True)
    server.serve_forever()

def ours(urls, dest):
    from wholegame.photos import download_photos
    download_photos(urls, dest, total_timeout=limit, allow_private=True)

def fastais(urls, dest):
    from fastai.vision.utils import download_images
    with contextlib.redirect_stdout(io.StringIO()): download_images(dest, urls=urls) # its progress bar

def kept(dest):
    from PIL import Image
    files,broken = [o for o in dest.iterdir() if o.suffix == '.jpg'],0
    for o in files:
        try: Image.open(o).load()
        except Exception: broken += 1
    return f'{len(files)}, {broken} broken'

def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--photos', type=int, default=400, help='how many addresses')
    args.add_argument('--rounds', type=int, default=1, help='how often each downloads all')
    args.add_argument('--serve', action='store_true', help=argparse.SUPPRESS)
    args = args.parse_args()
    if args.serve: return serve()
    server = subprocess.Popen([sys.executable, __file__, '--serve'], stdout=subprocess.PIPE, text=True)
    try:
        base = f'http://127.0.0.1:{int(server.stdout.readline())}'
        urls = [f'{base}/{i}.jpg' for i in range(args.photos)]
        times,left = {ours: [], fastais: []},{}
        with tempfile.TemporaryDirectory() as work:
            for f in (ours, fastais): f(urls[:2], Path(work)/f'warm {f.__name__}')
            for i in range(args.rounds):
                for f in (ours, fastais):
                    dest = Path(work)/f'{f.__name__} {i}'
                    start = time.perf_counter()
                    f(urls, dest)
                    times[f].append(time.perf_counter() - start)
                    left[f] = kept(dest)
        a,b = statistics.median(times[ours]),statistics.median(times[fastais])
        fine = sum(trouble(i) == 'fine' for i in range(args.photos))
        print(f'| addresses | of them fine | download_photos | download_images | ratio | download_photos kept | download_images kept |\n|---|---|---|---|---|---|---|')
        print(f'| {args.photos} | {fine} | {a:.1f} s | {b:.1f} s | **{b/a:.1f}×** | {left[ours]} | {left[fastais]} |')
        assert max(times[ours]) < limit, 'download_photos took longer than its limit'
    finally: server.kill()

if __name__ == '__main__': main()
