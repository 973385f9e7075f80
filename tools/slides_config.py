"JupyterLab for `make slides`: whatever a deck asks for, the browser sends nothing to any other computer"
import json, os, re
from pathlib import Path

c = get_config()  # noqa: F821 (Jupyter provides it)

CUPS = os.environ.get('WHOLEGAME_CUPS', '').rstrip('/')  # the teacher's address that `wholegame cups` prints
if CUPS and not re.fullmatch(r'http://(localhost|127\.0\.0\.1):\d+/[\w-]{22}', CUPS):
    raise SystemExit(f"'{CUPS}' is not the teacher's address, as in http://localhost:8765/SECRET/")

class Corner:
    "Puts the cups into a corner of the page that shows the slides; tornado calls this an output transform"
    def __init__(self, request): self.asked = CUPS and re.search('/rise/.*[.]ipynb$', request.path)

    def transform_first_chunk(self, status, headers, chunk, finishing):
        if self.asked and status == 200 and finishing:
            script = (Path(__file__).parent.parent/'data/cups/corner.js').read_text(encoding='utf-8')
            script = f'<script>const CUPS = {json.dumps(CUPS + "/")};\n{script}</script>'
            chunk = chunk.replace(b'</body>', script.encode() + b'</body>')
            headers['Content-Length'] = str(len(chunk))
        return status, headers, chunk

    def transform_chunk(self, chunk, finishing): return chunk

c.ServerApp.tornado_settings = {'transforms': [Corner], 'headers': {'Content-Security-Policy': '; '.join([
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
    "connect-src 'self' ws://localhost:* ws://127.0.0.1:* data: blob:",
    *([f"frame-src 'self' data: blob: {CUPS.rsplit('/', 1)[0]}"] if CUPS else []),
    "frame-ancestors 'self'"])}}
c.LabApp.news_url = None
c.CheckForUpdateHandler.update_checker_class = 'jupyterlab.NeverCheckForUpdate'
