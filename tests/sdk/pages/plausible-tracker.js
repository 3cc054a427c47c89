import Plausible from "plausible-tracker";
import { PROXY, person, visit } from "./visit.js";

let plausible;
const own = (name, props) => plausible.trackEvent(name, { props });

visit({
  start() {
    // <sdk-table plausible-tracker>
    plausible = Plausible({ domain: "shop.example", apiHost: PROXY });
    // </sdk-table>
  },
  view: () => plausible.trackPageview(),
  identify: () => own("Signup", { user_id: person.id, name: person.name, email: person.email, phone: person.phone, address: person.street }),
  group: () => own("Joined", { company: person.org, billing_email: person.billing }),
  track: () => own("Plan Selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => own("Form Submitted", fields),
  error: (error) => own("Error Shown", { message: error.message, stack: error.stack }),
});
