import { init, track } from "@plausible-analytics/tracker";
import { PROXY, person, visit } from "./visit.js";

// Not for the table: all it can capture by itself; a driven browser counts as a bot.
const test = { outboundLinks: true, fileDownloads: true, formSubmissions: true };
window.__plausible = true;

const own = (name, props) => track(name, { props });

visit({
  start() {
    // <sdk-table @plausible-analytics/tracker>
    init({ domain: "shop.example", endpoint: PROXY + "/api/event", ...test });
    // </sdk-table>
  },
  identify: () => own("Signup", { user_id: person.id, name: person.name, email: person.email, phone: person.phone, address: person.street }),
  group: () => own("Joined", { company: person.org, billing_email: person.billing }),
  track: () => own("Plan Selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => own("Form Submitted", fields),
  error: (error) => own("Error Shown", { message: error.message, stack: error.stack }),
  leave: () => own("Page Left", { note: person.note }),
});
