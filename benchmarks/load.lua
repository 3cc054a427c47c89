-- wrk's side of the whole-path cases: takes turns through the requests in a folder, prints one line that Python reads.
-- Run by benchmarks/saturation.py as `wrk … -s load.lua URL -- FOLDER`. Files 1, 2, … hold whole requests but for the host.
local requests, turn = {}, 0

function init(args)
  local number = 1
  while true do
    local file = io.open(args[1] .. "/" .. number, "rb")
    if not file then
      break
    end
    requests[number] = file:read("*a")
    file:close()
    number = number + 1
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency, _)
  io.write(string.format('RESULT {"requests": %d, "us": %d, "errors": %d, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
