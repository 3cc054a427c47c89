import { AnalyticsBrowser } from "@segment/analytics-next";
import { HOST, PROXY, person, stored, visit } from "./visit.js";

const writeKey = "WRITEKEYofSegment01";

// Not for the table: a page on loopback has no TLS.
const test = { protocol: "http" };

let analytics;

visit({
  async start() {
    // <sdk-table @segment/analytics-next>
    analytics = AnalyticsBrowser.load(
      { writeKey, cdnURL: PROXY },
      { integrations: { "Segment.io": { apiHost: HOST + "/v1", ...test } } }
    );
    // </sdk-table>
    await analytics.ready();
  },
  view: () => analytics.page(),
  identify: () =>
    analytics.identify(person.id, {
      name: person.name, email: person.email, phone: person.phone, address: { street: person.street },
    }),
  group: () => analytics.group(person.org, { plan: "team", billing_email: person.billing }),
  track: () => analytics.track("Plan Selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => void analytics.track("Form Submitted", fields),
  error: (error) => void analytics.track("Error Shown", { message: error.message, stack: error.stack }),
  leave: () => void analytics.track("Page Left", { note: person.note }),
  waiting: () => stored(/^persisted-queue/),
});
