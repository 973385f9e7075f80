"""Does `wholegame cups` hold a large class?

    python bench/cups.py [--students 1000] [--seconds 30]

The server runs in a process of its own, as it is typed. From this process every student sends its colour once a second
over a connection of its own on loopback, each at a moment drawn by lot, while a teacher looks on. Printed are the beats
a second, how long an answer took, what failed, how many cups the teacher saw, the server's largest memory, and how busy
the machine was before: server and students share its processors."""
import argparse, asyncio, json, os, random, re, subprocess, sys, tempfile, time
from pathlib import Path

SERVE = 'from wholegame.cups import serve_cups; serve_cups(0)'

async def ask(connection, request):
    "Send a request; returns the answer's status and body"
    reader, writer = connection
    writer.write(request)
    head = (await reader.readuntil(b'\r\n\r\n')).decode()
    length = re.search(r'(?i)content-length: (\d+)', head)
    return int(head[9:12]), (await reader.readexactly(int(length[1])) if length else b'').decode()

def get(path): return f'GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode()

def post(path, data):
    body = json.dumps(data).encode()
    return f'POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n'.encode() + body

async def student(port, begin, seconds, took, wrong):
    "Come in, and say a colour once a second"
    connection = await asyncio.open_connection('127.0.0.1', port)
    _, page = await ask(connection, get('/'))
    id = re.search('data-id="(.+?)"', page)[1]
    for k in range(seconds):
        await asyncio.sleep(begin + k - time.monotonic())
        start = time.perf_counter()
        said = dict(id=id, colour=random.choice(['green', 'yellow', 'red']))
        try: status, _ = await ask(connection, post('/beat', said))
        except (OSError, asyncio.IncompleteReadError) as e:
            wrong.append(e)
            connection = await asyncio.open_connection('127.0.0.1', port)
        else:
            took.append(time.perf_counter() - start)
            if status != 204: wrong.append(status)

async def teacher(port, secret, seen):
    "Look on: the stream of counts, and the record every three seconds"
    stream = await asyncio.open_connection('127.0.0.1', port)
    stream[1].write(get(f'/{secret}/events'))
    connection = await asyncio.open_connection('127.0.0.1', port)
    while True:
        _, said = await ask(connection, get(f'/{secret}/state'))
        seen.append(sum(json.loads(said)['counts'].values()))
        await asyncio.sleep(3)

async def main(port, secret, students, seconds):
    took, wrong, seen, begin = [], [], [], time.monotonic() + 2 + students/500
    looks = asyncio.create_task(teacher(port, secret, seen))
    await asyncio.gather(*(student(port, begin + random.random(), seconds, took, wrong) for _ in range(students)))
    passed = time.monotonic() - begin
    looks.cancel()
    return sorted(took), wrong, max(seen), passed

args = argparse.ArgumentParser(description=__doc__.split('\n')[0])
args.add_argument('--students', type=int, default=1000)
args.add_argument('--seconds', type=int, default=30)
args = args.parse_args()
with tempfile.TemporaryDirectory() as home:
    load = os.getloadavg()[0]
    server = subprocess.Popen([sys.executable, '-c', SERVE], cwd=home, env={**os.environ, 'HOME': home}, text=True,
                              stdout=subprocess.PIPE)
    found = next(filter(None, (re.search(r':(\d+)/(\S{22})/', o) for o in server.stdout)))
    try: took, wrong, seen, passed = asyncio.run(main(int(found[1]), found[2], args.students, args.seconds))
    finally:
        memory = int(re.search(r'VmHWM:\s+(\d+)', Path(f'/proc/{server.pid}/status').read_text())[1]) / 1024
        server.terminate()
        server.wait()
half, p99 = (took[len(took)*o//100]*1e3 for o in (50, 99))
print(f'| {args.students} | {len(took)/passed:.0f} | {half:.1f} ms | **{p99:.1f} ms** | {took[-1]*1e3:.0f} ms '
      f'| {len(wrong)} | {seen} | {memory:.0f} MiB | {load:.1f} |')
