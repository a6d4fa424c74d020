# The gateway as an image: docker build -t wristgate .   How it is run: deploy/compose.yml, deploy/kubernetes
# Debian's own Python, so that a new build brings its security updates; a compiler is in neither stage.
FROM debian:trixie-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv
WORKDIR /source
COPY requirements.txt ./
RUN python3 -m venv /opt/wristgate \
    && /opt/wristgate/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY gateway gateway
RUN /opt/wristgate/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/wristgate/bin/pip uninstall --yes flit_core pip

FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* \
    && useradd --uid 10001 --user-group --home-dir /var/lib/wristgate --shell /usr/sbin/nologin wristgate \
    && install -d -o 10001 -g 10001 -m 700 /var/lib/wristgate /backups
COPY --from=build /opt/wristgate /opt/wristgate
COPY deploy/image/ /usr/local/bin/

# Only the data folder and /tmp are written to: everything else may be read-only.
ENV SYNC_DATA_DIR=/var/lib/wristgate SYNC_LISTEN_ADDR=0.0.0.0:8080 SYNC_LOG_FORMAT=json PYTHONDONTWRITEBYTECODE=1
VOLUME /var/lib/wristgate
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["wristgate-healthy"]
ENTRYPOINT ["wristgate"]
CMD ["serve"]
