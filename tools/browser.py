"The browser that shows the decks: the Chromium or Chrome that the computer has; none is downloaded"
import shutil
from pathlib import Path

NAMES = 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'
MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'
MISSING = "No Chromium or Chrome was found. On Debian and Ubuntu: sudo apt install chromium; elsewhere install Google Chrome."
QUIET = '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'

def find_browser():
    "Path of a browser, or None"
    return next(filter(None, map(shutil.which, NAMES)), None) or next((o for o in MAC if Path(o).exists()), None)

def launch(playwright, *args):
    "The browser that was found, without a window; it says nothing to its maker"
    return playwright.chromium.launch(executable_path=find_browser(), args=[*QUIET, *args])
