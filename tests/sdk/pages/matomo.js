// Stands in for matomo.js, which no npm package ships: it takes the documented `_paq` calls and sends the parameters of
// Matomo's "Tracking HTTP API" as matomo.js does, by sendBeacon with everything in the query, or as a form when it is
// long. None of its code is here.
import { PROXY, person, visit } from "./visit.js";

const MOST = 2000;
const visitor = (localStorage.visitor ??= crypto.randomUUID().replaceAll("-", "").slice(0, 16));
const state = { variables: {} };

const CALLS = {
  setTrackerUrl: (url) => (state.url = url),
  setSiteId: (id) => (state.site = id),
  setUserId: (id) => (state.user = id),
  setCustomVariable: (slot, name, value) => (state.variables[slot] = [name, value]),
  trackPageView: () => send({}),
  trackEvent: (category, action, name, value) => send({ e_c: category, e_a: action, e_n: name, e_v: value, ca: 1 }),
  trackLink: (url) => send({ link: url }),
};

function send(more) {
  const known = { uid: state.user, _cvar: Object.keys(state.variables).length ? JSON.stringify(state.variables) : undefined };
  const parameters = Object.entries({
    action_name: document.title, idsite: state.site, rec: 1, r: String(Math.random()).slice(2, 8), h: 12, m: 30, s: 1,
    url: location.href, urlref: document.referrer, _id: visitor, _idn: 0, send_image: 0, res: "1280x720", pv_id: "fT3x9a",
    ...known, ...more,
  }).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(parameters).toString();
  const form = "application/x-www-form-urlencoded; charset=utf-8";
  if (query.length < MOST) navigator.sendBeacon(`${state.url}?${query}`, "");
  else navigator.sendBeacon(state.url, new Blob([query], { type: form }));
}

const _paq = { push: (...calls) => calls.forEach(([name, ...values]) => CALLS[name](...values)) };

visit({
  start() {
    // <sdk-table Matomo (matomo.js)>
    _paq.push(["setTrackerUrl", PROXY + "/matomo.php"], ["setSiteId", "1"]);
    // </sdk-table>
    if (localStorage.identified) _paq.push(["setUserId", person.id]);
  },
  view: () => _paq.push(["trackPageView"]),
  identify() {
    localStorage.identified = "yes";
    _paq.push(["setUserId", person.id], ["setCustomVariable", 1, "email", person.email], ["setCustomVariable", 2, "name", person.name]);
    _paq.push(["trackEvent", "account", "Signup", `${person.name} ${person.phone} ${person.street}`]);
  },
  group: () => _paq.push(["setCustomVariable", 3, "company_id", person.org], ["trackEvent", "account", "Joined", person.billing]),
  track: () => _paq.push(["trackEvent", "plan", "Plan Selected", person.note, 5], ["trackLink", `https://docs.example/?email=${person.email}`]),
  form: (fields) => _paq.push(["trackEvent", "form", "Form Submitted", JSON.stringify(fields)]),
  error: (error) => _paq.push(["trackEvent", "error", "Error Shown", `${error.message} ${error.stack}`.repeat(20)]),
  leave: () => _paq.push(["trackEvent", "page", "Page Left", person.note]),
});
