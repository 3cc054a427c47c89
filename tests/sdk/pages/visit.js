// What every page does, whichever SDK it carries. drive.mjs leads a browser through it:
//   account  page view → identify, group, track, a click → a form, whose submit leaves the page
//   thanks   page view → an exception nobody catches → an event in the moment of leaving
//   bye      page view → the SDK sends what is left
// test_sdks.py puts `window.SCENARIO` into the page: where eventveil is, and the person who visits.

export const { proxy: PROXY, host: HOST, person } = window.SCENARIO;

/**
 * Carry out a visit.
 *
 * @param {object} sdk what one SDK does for each step; `start` runs on every page, `waiting` says whether it still has
 *   something to send.
 */
export function visit(sdk) {
  document.querySelector("form").addEventListener("submit", () => sdk.form?.(fields()));
  document.querySelector("#profile").addEventListener("click", (click) => click.preventDefault());
  window.addEventListener("error", ({ error }) => sdk.error?.(error));
  window.visit = {
    ready: Promise.resolve(sdk.start()).then(() => sdk.view?.()),
    act: async () => {
      await sdk.identify?.();
      await sdk.group?.();
      await sdk.track?.();
    },
    replay: async () => sdk.replay?.(),
    fail: () => setTimeout(() => { throw new TypeError(person.failure); }),
    leave: (next) => {
      sdk.leave?.();
      location.assign(next);
    },
    waiting: async () => (await sdk.waiting?.()) ?? false,
  };
}

function fields() {
  const { name, email, phone, message } = Object.fromEntries(new FormData(document.querySelector("form")));
  return { name, email, phone, message };
}

/** Tell whether an entry of localStorage whose name fits holds a list or object, as JSON, that is not empty. */
export function stored(pattern) {
  return Object.keys(localStorage).some((name) => pattern.test(name) && holds(localStorage[name]));
}

function holds(text) {
  const value = JSON.parse(text);
  return typeof value === "string" ? holds(value) : Object.values(value ?? {}).length > 0; // some SDKs write JSON in JSON
}
