# The question's example: app1 and app2 are made from build-base, and base takes its dependencies from there.
FROM python:3.8-slim AS build-base
COPY requirements.txt /dependencies/
RUN echo "installing the dependencies" && cat /dependencies/requirements.txt > /dependencies/installed

FROM python:3.8-slim AS base
COPY --from=build-base /dependencies /dependencies

FROM build-base AS app1
RUN echo "app1" > /app

FROM build-base AS app2
RUN echo "app2" > /app
