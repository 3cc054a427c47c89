// Stands in for gtag.js, which only Google serves: it takes the documented `gtag` commands and sends what `/g/collect`
// is known to get: one event in the query, several as lines of the body. None of its code is here.
import { PROXY, person, visit } from "./visit.js";

const ID = "G-EVENTVEIL1";
const client = (localStorage.client ??= `${1e9 + Math.floor(Math.random() * 1e9)}.${Math.floor(Date.now() / 1000)}`);
const state = { config: {}, user: {}, queue: [] };

const COMMANDS = {
  config(id, parameters) {
    Object.assign(state.config, parameters, { id });
    event("page_view", {});
  },
  set(what, parameters) {
    Object.assign(what === "user_properties" ? state.user : state.config, parameters);
  },
  event,
};

function event(name, parameters) {
  const own = { en: name };
  for (const [key, value] of Object.entries(parameters)) own[`${typeof value === "number" ? "epn" : "ep"}.${key}`] = value;
  for (const [key, value] of Object.entries(state.user)) own[`up.${key}`] = value;
  state.queue.push(own);
  clearTimeout(state.timer);
  state.timer = setTimeout(flush, 100);
}

function flush() {
  const events = state.queue.splice(0).map((own) => new URLSearchParams(own).toString());
  if (!events.length) return;
  const shared = new URLSearchParams({
    v: 2, tid: state.config.id, _p: 1234567, cid: client, ul: "en-gb", sr: "1280x720", sid: 1700000000, sct: 1, seg: 1,
    dl: location.href, dr: document.referrer, dt: document.title, _s: 1, gcd: "13l3l3l3l1l1",
    ...(state.config.user_id && { uid: state.config.user_id }),
  }).toString();
  const url = `${state.config.server_container_url}/g/collect?${shared}`;
  if (events.length === 1) navigator.sendBeacon(`${url}&${events[0]}`);
  else navigator.sendBeacon(url, events.join("\r\n"));
}
addEventListener("pagehide", flush);

const gtag = (command, ...values) => COMMANDS[command](...values);

visit({
  start() {
    const known = localStorage.identified ? { user_id: person.id } : {};
    // <sdk-table gtag.js (GA4)>
    gtag("config", ID, { server_container_url: PROXY, ...known });
    // </sdk-table>
  },
  identify() {
    localStorage.identified = "yes";
    gtag("set", "user_id", { user_id: person.id });
    gtag("set", "user_properties", { full_name: person.name, email: person.email, phone: person.phone, address: person.street });
    gtag("event", "login", { method: "form" });
  },
  group: () => gtag("event", "join_group", { group_id: person.org, billing_email: person.billing }),
  track: () => gtag("event", "plan_selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => gtag("event", "form_submit", fields),
  error: (error) => gtag("event", "exception", { description: error.message, fatal: 0 }),
  leave: () => gtag("event", "page_left", { note: person.note }),
  waiting: () => state.queue.length > 0,
});
