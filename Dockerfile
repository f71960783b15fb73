# One image for the workers beside a ClickHouse server: scorer, sink, produce, migrate, sql.
# ClickHouse inside the process (yuzhi up) wants the optional packages: build with --build-arg OMIT=dev.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.base.json ./
COPY schemas schemas
COPY packages packages
COPY services services
COPY test/package.json test/package.json
# The dictionary of nodejieba is read, its native part never runs: nothing is compiled.
RUN npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error
RUN node node_modules/typescript/bin/tsc -b packages/cli
RUN find packages services schemas -type f \( -name '*.ts' -o -name '*.map' -o -name '.tsbuildinfo' \) -not -path '*/node_modules/*' -delete

FROM node:22-bookworm-slim AS packages
ARG OMIT="dev --omit=optional"
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY --from=build /app/schemas schemas
COPY --from=build /app/packages packages
COPY --from=build /app/services services
COPY test/package.json test/package.json
RUN npm ci --ignore-scripts --omit=$OMIT --workspace packages/cli --no-audit --no-fund --loglevel=error

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production YUZHI_CONFIG=/app/config YUZHI_CACHE=/app/cache
COPY --from=packages /app ./
COPY config config
# Models are trained once, here, so that a worker starts in two seconds.
RUN mkdir -p cache && YUZHI_CONFIG=config YUZHI_CACHE=cache node packages/cli/bin/yuzhi.mjs rules check && chown -R node:node cache
USER node
EXPOSE 9464
ENTRYPOINT ["node", "packages/cli/bin/yuzhi.mjs"]
CMD ["--help"]
