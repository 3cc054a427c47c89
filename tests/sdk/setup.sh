#!/usr/bin/env bash
# Gets what the browser tests need: the npm packages of package-lock.json and, in CI, Chromium.
#
# Where CI is set everything must be had, or this fails. Elsewhere it takes what it can and says what is missing; the
# tests then skip themselves with the reason. It installs system packages only in CI, as root, on Debian.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

missing() {
  echo "test-sdk: $1" >&2
  if [[ -n "${CI:-}" ]]; then exit 1; fi
}

if ! command -v chromium >/dev/null; then
  if [[ -n "${CI:-}" && "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
  fi
  command -v chromium >/dev/null || missing "no Chromium; on Debian: apt install chromium"
fi

if ! command -v npm >/dev/null; then
  missing "no npm; Node.js 20 or newer brings it"
elif ! cmp --silent package-lock.json node_modules/.installed; then
  npm ci --loglevel=error
  cp package-lock.json node_modules/.installed
fi
