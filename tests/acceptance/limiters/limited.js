// node limited.js PORT KIND LIMIT WINDOW_S [BLOCK_S]: sessions and messages behind a limiter of Node's.
const crypto = require("crypto");
const express = require("express");

const [port, kind, limit, window, block] = process.argv.slice(2);
const key = (request) => request.headers.authorization || "";

function expressRateLimit() {
  const { rateLimit } = require("express-rate-limit");
  return rateLimit({
    windowMs: 1000 * Number(window),
    limit: Number(limit),
    standardHeaders: "draft-7",
    legacyHeaders: false,
    keyGenerator: key,
  });
}

function flexible() {
  const { RateLimiterMemory } = require("rate-limiter-flexible");
  const limiter = new RateLimiterMemory({
    points: Number(limit),
    duration: Number(window),
    blockDuration: Number(block || 0),
  });
  return (request, response, next) =>
    limiter.consume(key(request)).then(
      () => next(),
      (refused) => {
        response.set("Retry-After", String(Math.ceil(refused.msBeforeNext / 1000)));
        response.status(429).json({ message: "Too many requests." });
      },
    );
}

const sessions = new Set();
const app = express();
app.disable("x-powered-by");
app.use(kind === "flexible" ? flexible() : expressRateLimit());
app.post("/v1/sessions", (request, response) => {
  const session = crypto.randomUUID();
  sessions.add(session);
  response.json({ sessionId: session, userId: crypto.randomUUID() });
});
app.post("/v1/sessions/:session/messages", (request, response) => {
  if (sessions.has(request.params.session)) response.json({});
  else response.status(404).json({ message: "There is no such session." });
});
app.listen(Number(port), "127.0.0.1", () => console.log(JSON.stringify({ listens: Number(port) })));
