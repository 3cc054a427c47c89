import mixpanel from "mixpanel-browser";
import { PROXY, person, stored, visit } from "./visit.js";

const TOKEN = "mptoken0123456789";

// Not for the table: session replay and flags on, short waits.
const test = {
  record_sessions_percent: 100,
  autocapture: true,
  flags: true,
  persistence: "localStorage",
  batch_flush_interval_ms: 200,
};

visit({
  start() {
    // <sdk-table mixpanel-browser>
    mixpanel.init(TOKEN, { api_host: PROXY, ...test });
    // </sdk-table>
  },
  view: () => mixpanel.track_pageview(),
  identify() {
    mixpanel.identify(person.id);
    mixpanel.people.set({ $name: person.name, $email: person.email, $phone: person.phone, address: person.street });
  },
  group() {
    mixpanel.set_group("company", person.org);
    mixpanel.get_group("company", person.org).set({ plan: "team", billing_email: person.billing });
  },
  track: () => mixpanel.track("Plan Selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => mixpanel.track("Form Submitted", fields),
  error: (error) => mixpanel.track("Error Shown", { message: error.message, stack: error.stack }),
  leave: () => mixpanel.track("Page Left", { note: person.note }),
  waiting: () => ["ev", "pp", "gr"].some((queue) => stored(`__mpq_${TOKEN}_${queue}`)),
});
