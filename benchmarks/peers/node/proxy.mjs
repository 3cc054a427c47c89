// A proxy on fastify, @fastify/http-proxy and fast-redact that scrubs like scrub.lua: node proxy.mjs PORT UPSTREAM
// Source: README of each package, 2026-11. fast-redact has no keyed hash: identities are HMACs by its `censor`.
import { createHmac } from "node:crypto";
import proxy from "@fastify/http-proxy";
import redact from "fast-redact";
import fastify from "fastify";

const KEY = "a key of the benchmarks only......";
const EMAIL = /[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/g;
const IDS = ['properties["distinct_id"]', 'properties["$user_id"]', 'properties["$device_id"]', "userId", "anonymousId"];
const GONE = ["email", "name", "phone", "owner_email", "account_name", "ip"].map((name) => `properties.${name}`);
const URLS = ['properties["$current_url"]', 'properties["$referrer"]', 'properties["$initial_referrer"]', "context.page.url"];

const pseudonym = (value) => createHmac("sha1", KEY).update(String(value)).digest("base64");
const identities = redact({ paths: IDS, censor: pseudonym, serialize: false, strict: false });
const personal = redact({ paths: GONE, serialize: false, strict: false });
const urls = redact({ paths: URLS, censor: (value) => String(value).split("?")[0], serialize: false, strict: false });

function texts(node) {
  for (const name of Object.keys(node)) {
    const value = node[name];
    if (typeof value === "string") node[name] = value.replace(EMAIL, "[EMAIL]");
    else if (value && typeof value === "object") texts(value);
  }
}

function scrub(body) {
  const form = body.subarray(0, 5).toString() === "data=";
  const inner = form ? decodeURIComponent(body.subarray(5).toString()) : body.toString();
  const packed = !/^\s*[[{]/.test(inner);
  const document = JSON.parse(packed ? Buffer.from(inner, "base64").toString() : inner);
  for (const event of document.batch ?? (Array.isArray(document) ? document : [document])) {
    for (const step of [identities, personal, urls, texts]) step(event);
  }
  const out = JSON.stringify(document);
  const text = packed ? Buffer.from(out).toString("base64") : out;
  return form ? `data=${encodeURIComponent(text)}` : text;
}

const server = fastify({ bodyLimit: 2 ** 24, disableRequestLogging: true });
server.removeAllContentTypeParsers();
server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
await server.register(proxy, {
  upstream: process.argv[3],
  proxyPayloads: false,
  preHandler: async (request) => {
    request.body = request.body?.length ? Buffer.from(scrub(request.body)) : request.body;
  },
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => {
      const { cookie, referer, ...kept } = headers;
      return { ...kept, ...(request.body ? { "content-length": String(request.body.length) } : {}) };
    },
    queryString: (search) => (search ?? "").replace(/^\?/, "").replace("ip=1", "ip=0"),
  },
});
await server.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
