import posthog from "posthog-js";
import { PROXY, person, visit } from "./visit.js";

const KEY = "phc_capture";

// Not for the table: session replay is wanted here and by the vendor's answer; a headless browser counts as a bot.
const test = {
  disable_session_recording: false,
  enable_recording_console_log: true,
  opt_out_useragent_filter: true,
  request_batching: true,
  request_queue_config: { flush_interval_ms: 250 },
};

visit({
  start() {
    // <sdk-table posthog-js>
    posthog.init(KEY, { api_host: PROXY, ...test });
    // </sdk-table>
  },
  identify: () => posthog.identify(person.id, { name: person.name, email: person.email, phone: person.phone, address: person.street }),
  group: () => posthog.group("company", person.org, { plan: "team", billing_email: person.billing }),
  track: () => posthog.capture("Plan Selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => posthog.capture("Form Submitted", fields),
  error: (error) => posthog.captureException(error),
  leave: () => posthog.capture("Page Left", { note: person.note }),
  waiting: () => posthog._requestQueue?._queue.length > 0 || posthog._retryQueue?.length > 0,
});
