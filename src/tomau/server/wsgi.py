"""What gunicorn serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from tomau.server.home import make_home
from tomau.server.options import read_options

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomau.server.settings")
make_home(read_options().home)
application = get_wsgi_application()

# Only now: Django has to know its settings first.
from tomau.server.coloring import settle  # noqa: E402

settle()
