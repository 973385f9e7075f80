"The Whole Game: what the lessons leave behind for ordinary programs"
from importlib.metadata import version

__version__ = version('wholegame')
