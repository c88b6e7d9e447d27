# syntax=docker/dockerfile:1
# One image for every process of production; docker-compose.yml says which runs what.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS packages
COPY fitflow/local/uv.lock.txt /tmp/uv.lock.txt
RUN pip install --no-cache-dir --require-hashes -r /tmp/uv.lock.txt
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
RUN uv venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
RUN uv pip sync --no-cache --python /opt/venv/bin/python --require-hashes /tmp/requirements.lock

FROM python:${PYTHON}-slim-bookworm AS base
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-dejavu-core fonts-noto-color-emoji fonts-noto-core fonts-wqy-microhei \
        libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/fitflow --shell /usr/sbin/nologin fitflow
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=fitflow.settings.production
WORKDIR /srv/fitflow
COPY --from=packages /opt/venv /opt/venv

FROM base AS static
COPY . .
# collectstatic reads the settings, and production's refuse to load without values; none of these stays in the image.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    FIELD_KEYS="build:$(python -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())')" \
    DATABASE_URL=postgresql://nobody@/none REDIS_URL=redis://127.0.0.1:1/0 \
    python manage.py collectstatic --noinput

FROM base AS final
ARG RELEASE=dev
ENV RELEASE=${RELEASE}
COPY . .
COPY --from=static /srv/fitflow/staticfiles staticfiles
RUN install -d -o fitflow -g fitflow media
USER fitflow
ENV MEDIA_ROOT=/srv/fitflow/media
EXPOSE 8000 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "fitflow.local.healthcheck", "8000"]
CMD ["gunicorn", "fitflow.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--max-requests", "10000", "--max-requests-jitter", "1000"]
