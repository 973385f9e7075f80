"The browser that shows the decks: the Chromium, Chrome or Edge that is there, or Playwright's own; none is downloaded"
import shutil

from playwright.sync_api import Error

NAMES = 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'
MISSING = ('No Chromium, Chrome or Edge was found. On Debian and Ubuntu: sudo apt install chromium; elsewhere install '
           'Google Chrome, or let Playwright fetch one: .venv/bin/python -m playwright install chromium.')
QUIET = ['--no-sandbox', *(f'--disable-{o}' for o in ('gpu', 'background-networking', 'component-update', 'sync'))]

def launch(playwright, *args):
    "A browser without a window, which says nothing to its maker; None if there is none"
    start, found = playwright.chromium.launch, next(filter(None, map(shutil.which, NAMES)), None)
    if found: return start(executable_path=found, args=[*QUIET, *args])
    for channel in 'chrome', 'msedge', None:  # where they are on Windows and a Mac; None is Playwright's own
        try: return start(channel=channel, args=[*QUIET, *args])
        except Error: pass
