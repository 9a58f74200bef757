# The application alone: PostgreSQL, Redis and Elasticsearch are services of their own (compose.yaml).
FROM python:3.13-slim-bookworm AS packages
COPY requirements/image.lock /tmp/image.lock
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: -r /tmp/image.lock

FROM packages AS assets
WORKDIR /app
COPY . .
# Translations and static files need no database; DEMO lets the settings load without the keys of a real deployment.
RUN DEMO=1 STATIC_ROOT=/app/collected /opt/venv/bin/python manage.py catalogues \
 && DEMO=1 STATIC_ROOT=/app/collected /opt/venv/bin/python manage.py collectstatic --no-input

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin vungxanh \
 && install -d -o vungxanh /var/lib/vungxanh
COPY --from=packages /opt/venv /opt/venv
COPY --from=assets /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 VX_VAR=/var/lib/vungxanh STATIC_ROOT=/app/collected
USER vungxanh
VOLUME /var/lib/vungxanh
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen(urllib.request.Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["gunicorn", "recruitment.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--preload", "--timeout", "60", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
