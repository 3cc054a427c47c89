import {
  newTracker, setUserId, trackPageView, trackSelfDescribingEvent, trackStructEvent,
} from "@snowplow/browser-tracker";
import { FormTrackingPlugin, enableFormTracking } from "@snowplow/browser-plugin-form-tracking";
import { PROXY, person, stored, visit } from "./visit.js";

const IGLU = "iglu:com.example.shop";

// Not for the table: what a form holds is sent as well.
const test = { appId: "shop", plugins: [FormTrackingPlugin()] };

const own = (schema, data, context) =>
  trackSelfDescribingEvent({ event: { schema: `${IGLU}/${schema}/jsonschema/1-0-0`, data }, context });

visit({
  start() {
    // <sdk-table @snowplow/browser-tracker>
    newTracker("sp1", PROXY, { ...test });
    // </sdk-table>
    enableFormTracking();
    setUserId(person.id);
  },
  view: () => trackPageView(),
  identify: () =>
    own("identify", { user_id: person.id, name: person.name, email: person.email, phone: person.phone, address: person.street }),
  group: () => own("group", { group_id: person.org, plan: "team", billing_email: person.billing }),
  track: () =>
    trackStructEvent({
      category: "plan", action: "Plan Selected", label: person.email, property: person.note, value: 5,
      context: [{ schema: `${IGLU}/user/jsonschema/1-0-0`, data: { user_id: person.id, email: person.email } }],
    }),
  form: (fields) => own("form", fields),
  error: (error) => own("error", { message: error.message, stack: error.stack }),
  leave: () => own("page_left", { note: person.note }),
  waiting: () => stored(/^snowplowOutQueue/),
});
