# The question's Dockerfile. The RUN lines stand for your own; these run anywhere.
FROM python:3.8-slim AS build-base
COPY requirements.txt /dependencies/
RUN echo "pip install -r requirements.txt" && cat /dependencies/requirements.txt > /dependencies/installed

FROM python:3.8-slim AS base
COPY --from=build-base /dependencies /dependencies

FROM build-base AS app1
RUN echo "config for app1" > /app

FROM build-base AS app2
RUN echo "config for app2" > /app
