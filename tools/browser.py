"The browser that shows the decks: the Chromium, Chrome or Edge that the computer has, or Playwright's own; none is downloaded"
import os, shutil, sys
from pathlib import Path

NAMES = 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'
PLACES = ('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
          'C:/Program Files/Google/Chrome/Application/chrome.exe', 'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe')
OWN = {'linux': ('~/.cache', 'chrome'), 'darwin': ('~/Library/Caches', 'Chromium'), 'win32': ('~/AppData/Local', 'chrome.exe')}  # where Playwright keeps its own, and its name there
MISSING = ("No Chromium, Chrome or Edge was found. On Debian and Ubuntu: sudo apt install chromium; elsewhere install Google Chrome, "
           "or let Playwright fetch one: .venv/bin/python -m playwright install chromium.")
QUIET = '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'

def playwrights_own():
    "The newest browser that Playwright has fetched, or None"
    folder, name = OWN.get(sys.platform, OWN['linux'])
    folder = Path(os.environ.get('PLAYWRIGHT_BROWSERS_PATH') or Path(folder, 'ms-playwright')).expanduser()
    return max((o for d in folder.glob('chromium-*') for o in d.rglob(name) if o.is_file()), default=None)

def find_browser():
    "Path of a browser, or None"
    return next(filter(None, map(shutil.which, NAMES)), None) or next((o for o in PLACES if Path(o).exists()), None) or playwrights_own()

def launch(playwright, *args):
    "The browser that was found, without a window; it says nothing to its maker"
    return playwright.chromium.launch(executable_path=find_browser(), args=[*QUIET, *args])
