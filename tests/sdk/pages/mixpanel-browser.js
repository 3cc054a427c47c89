import mixpanel from "mixpanel-browser";
import { PROXY, person, stored, visit } from "./visit.js";

const TOKEN = "mptoken0123456789";

// Not for the table: session replay, flags and autocapture (page views with it) on, short waits.
const test = {
  record_sessions_percent: 100,
  autocapture: true,
  flags: true,
  persistence: "localStorage",
  batch_flush_interval_ms: 500,
};

visit({
  start() {
    // <sdk-table mixpanel-browser>
    mixpanel.init(TOKEN, { api_host: PROXY, ...test });
    // </sdk-table>
  },
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
  replay: () => mixpanel.stop_session_recording(), // sends what it has recorded
  leave: () => mixpanel.track("Page Left", { note: person.note }),
  waiting: () => stored(/^__mpq_.*_(ev|pp|gr)$/),
});
