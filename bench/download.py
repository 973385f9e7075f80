"""How much faster is download_photos than fastai's download_images when servers misbehave, and what does each keep?

    python bench/download.py [--photos 400] [--rounds 1]

A server on this computer, in a process of its own, answers after 200 ms. Of the addresses 5 % hang (the connection
opens and nothing comes), and 10 % break: some with an error 500, some with a reset, some in the middle of the photo.
Both wait at most ten seconds for an answer, and download the same list, in turn, into new folders."""
import contextlib, io, socket, statistics, subprocess, sys, tempfile, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from measure import head, is_whole, options, picture

LATENCY, TIMEOUT, TOTAL = .2, 10, 180

def trouble(i):
    "What becomes of photo `i`: of 20 in a row one hangs and two break"
    kinds = 'error', 'reset', 'half'
    return {3: 'hang', 9: kinds[i//20 % 3], 16: kinds[(i//20 + 2) % 3]}.get(i % 20, 'fine')

class Server(ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 256
    def handle_error(self, request, client_address): pass  # a client that hangs up is no news here

class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *args): pass

    def do_GET(self):
        i = int(self.path.strip('/').split('.')[0])
        what, body = trouble(i), self.server.photos[i % len(self.server.photos)]
        time.sleep(3600 if what == 'hang' else LATENCY)
        if what == 'reset': self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        else:
            self.send_response(500 if what == 'error' else 200)
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body[:len(body)//3] if what == 'half' else body)
        if what in ('reset', 'half'): self.close_connection = True

def serve():
    "Print the port, and answer until killed"
    server = Server(('127.0.0.1', 0), Handler)
    server.photos = [picture(i, (640, 480)) for i in range(20)]
    print(server.server_port, flush=True)
    server.serve_forever()

def ours(urls, dest):
    from wholegame.photos import download_photos
    download_photos(urls, dest, timeout=TIMEOUT, total_timeout=TOTAL, allow_private=True)

def fastais(urls, dest):
    from fastai.vision.utils import download_images
    with contextlib.redirect_stdout(io.StringIO()): download_images(dest, urls=urls, timeout=TIMEOUT)

def kept(dest):
    files = [o for o in dest.iterdir() if o.suffix == '.jpg']
    return f'{len(files)}, {sum(not is_whole(o) for o in files)} broken'

def compare(urls, rounds):
    times, left = {ours: [], fastais: []}, {}
    with tempfile.TemporaryDirectory() as work:
        for f in (ours, fastais): f(urls[:2], Path(work)/f'warm {f.__name__}')
        for i in range(rounds):
            for f in (ours, fastais):
                dest = Path(work)/f'{f.__name__} {i}'
                start = time.perf_counter()
                f(urls, dest)
                times[f].append(time.perf_counter() - start)
                left[f] = kept(dest)
    assert max(times[ours]) < TOTAL, 'download_photos took longer than its limit'
    a, b = (statistics.median(times[f]) for f in (ours, fastais))
    fine = sum(trouble(i) == 'fine' for i in range(len(urls)))
    head('addresses', 'fine', 'download_photos', 'download_images', 'ratio', 'ours kept', 'fastai kept')
    print(f'| {len(urls)} | {fine} | {a:.1f} s | {b:.1f} s | **{b/a:.1f}×** | {left[ours]} | {left[fastais]} |')

def main():
    p = options(__doc__)
    p.add_argument('--photos', type=int, default=400, help='how many addresses')
    p.add_argument('--rounds', type=int, default=1, help='how often each downloads all')
    p.add_argument('--serve', action='store_true', help='be the server')
    args = p.parse_args()
    if args.serve: return serve()
    server = subprocess.Popen([sys.executable, __file__, '--serve'], stdout=subprocess.PIPE, text=True)
    try:
        base = f'http://127.0.0.1:{int(server.stdout.readline())}'
        compare([f'{base}/{i}.jpg' for i in range(args.photos)], args.rounds)
    finally: server.kill()

if __name__ == '__main__': main()
