# syntax=docker/dockerfile:1
# One image for the web process and the workers; see docs/howto/deploy.md.

FROM node:20-bookworm-slim AS page
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
COPY docs/openapi.json /build/docs/openapi.json
COPY src/tomau/ /build/src/tomau/
RUN npm run build

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /build
RUN pip install --no-cache-dir build==1.3.0
COPY pyproject.toml README.md LICENSE MODEL_CARD.md ./
COPY src/ src/
COPY --from=page /build/src/tomau/server/static_page/ src/tomau/server/static_page/
RUN python -m build --wheel --outdir /wheels

FROM python:3.11-slim-bookworm AS packages
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /wheels/ /wheels/
RUN python -m venv /opt/tomau \
    && wheel="$(ls /wheels/*.whl)" \
    && /opt/tomau/bin/pip install --no-cache-dir -c /tmp/constraints.txt "${wheel}[web,formats,video]"

FROM python:3.11-slim-bookworm AS final
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/tomau tomau
COPY --from=packages /opt/tomau/ /opt/tomau/
ENV PATH=/opt/tomau/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TOMAU_HOME=/var/lib/tomau
USER 10001
VOLUME ["/var/lib/tomau"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tomau"]
CMD ["serve", "--multi-user", "--host", "0.0.0.0", "--port", "8000", "--workers", "0"]
