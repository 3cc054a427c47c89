import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";
import { PROXY, person, stored, visit } from "./visit.js";

const WRITE_KEY = "WRITEKEYofRudder0123456789a";

const rudder = new RudderAnalytics();

visit({
  start() {
    // <sdk-table @rudderstack/analytics-js>
    rudder.load(WRITE_KEY, PROXY, { configUrl: PROXY });
    // </sdk-table>
    return new Promise((resolve) => rudder.ready(resolve));
  },
  view: () => rudder.page(),
  identify: () =>
    rudder.identify(person.id, { name: person.name, email: person.email, phone: person.phone, address: { street: person.street } }),
  group: () => rudder.group(person.org, { plan: "team", billing_email: person.billing }),
  track: () => rudder.track("Plan Selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => rudder.track("Form Submitted", fields),
  error: (error) => rudder.track("Error Shown", { message: error.message, stack: error.stack }),
  leave: () => rudder.track("Page Left", { note: person.note }),
  waiting: () => stored(/^rudder_.*\.(queue|inProgress|batchQueue)$/),
});
