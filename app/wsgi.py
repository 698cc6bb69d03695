"""What the web server loads in each of its processes."""

from app.collecting import settle
from app.logs import set_up
from app.settings import load
from app.web import build_web
from app.wiring import build

set_up()
application = build_web(build(load()))
settle()
