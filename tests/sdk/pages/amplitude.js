import * as amplitude from "@amplitude/analytics-browser";
import { sessionReplayPlugin } from "@amplitude/plugin-session-replay-browser";
import { PROXY, person, stored, visit } from "./visit.js";

const KEY = "ampkey0123456789abcdef";

// Not for the table: everything is captured, soon.
const test = { autocapture: true, flushIntervalMillis: 250 };

visit({
  async start() {
    // Session replay, which eventveil takes and throws away.
    amplitude.add(
      sessionReplayPlugin({ sampleRate: 1, trackServerUrl: PROXY + "/sessions/v2/track", configServerUrl: PROXY + "/config" }),
    );
    const ready =
      // <sdk-table @amplitude/analytics-browser>
      amplitude.init(KEY, { serverUrl: PROXY + "/2/httpapi", remoteConfig: { serverUrl: PROXY + "/config" }, ...test });
    // </sdk-table>
    await ready.promise;
  },
  identify() {
    amplitude.setUserId(person.id);
    const traits = new amplitude.Identify();
    traits.set("name", person.name).set("email", person.email).set("phone", person.phone).set("address", person.street);
    amplitude.identify(traits);
  },
  group() {
    amplitude.setGroup("company", person.org);
    amplitude.groupIdentify("company", person.org, new amplitude.Identify().set("billing_email", person.billing));
  },
  track: () => void amplitude.track("Plan Selected", { plan: "team", seats: 5, email: person.email, note: person.note }),
  form: (fields) => void amplitude.track("Form Submitted", fields),
  error: (error) => void amplitude.track("Error Shown", { message: error.message, stack: error.stack }),
  leave: () => {
    amplitude.setTransport("beacon");
    amplitude.track("Page Left", { note: person.note });
    amplitude.flush();
  },
  waiting: () => stored(/^AMP_unsent/),
});
