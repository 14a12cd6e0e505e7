# The service without its database: LIENTHONG_DATABASE_URL names a PostgreSQL of version 15 or newer.
#   docker build -t lienthong .
#   docker run -p 8000:8000 -e LIENTHONG_DATABASE_URL=… -e LIENTHONG_SECRET_KEY=… lienthong
# Run `lienthong migrate` once before each new version, and `lienthong worker` beside the web.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/lienthong
WORKDIR /src
COPY requirements.lock ./
RUN /opt/lienthong/bin/pip install --require-hashes -r requirements.lock
COPY . /opt/lienthong/src
RUN /opt/lienthong/bin/pip install --no-deps --no-build-isolation --editable /opt/lienthong/src

FROM python:3.11-slim-bookworm
RUN useradd --system --user-group --home-dir /nonexistent --no-create-home lienthong \
 && install -d -o lienthong -g lienthong -m 0700 /var/lib/lienthong
COPY --from=build /opt/lienthong /opt/lienthong
ENV PATH=/opt/lienthong/bin:$PATH PYTHONUNBUFFERED=1 LIENTHONG_HOST=0.0.0.0 LIENTHONG_DATA_DIR=/var/lib/lienthong
USER lienthong
WORKDIR /var/lib/lienthong
VOLUME /var/lib/lienthong
EXPOSE 8000
HEALTHCHECK --start-period=20s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('LIENTHONG_PORT', '8000') + '/health/live', timeout=3)"]
CMD ["lienthong", "serve"]
