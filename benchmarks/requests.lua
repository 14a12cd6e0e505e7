-- Plays the requests of a file in turn, each POST under an Idempotency-Key of its own; tells latencies as one JSON line.
-- A line of the file: method, path, headers (Name: value; Name: value), body, parted by tabs. A line with If-Match
-- changes a case: it waits in a queue until its answer has told the case's new version, and is played again with that.

local played, prefix, number = {}, "", 0
local waiting, first, last, asked = {}, 1, 0, {}

local function wait(one)
  last = last + 1
  waiting[last] = one
end

local function take_version(status, headers, body)
  local code, version = body:match('"code":"([^"]+)"'), body:match('"version":(%d+)')
  if status == 200 and asked[code] then
    asked[code][3]["If-Match"] = '"' .. version .. '"'
    wait(asked[code])
  end
end

function init(args)
  prefix = args[2]
  for line in io.lines(args[1]) do
    local method, path, given, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    local headers = { Host = "haiduong.localhost" }
    for name, value in given:gmatch("([%w-]+): ([^;]+)") do headers[name] = value end
    if body == "" then body = nil else headers["Content-Type"] = "application/json" end
    local one = { method, path, headers, body }
    if headers["If-Match"] then
      asked[path:match("/cases/([^/]+)/")] = one
      wait(one)
      response = take_version
    elseif method == "GET" then
      table.insert(played, wrk.format(method, path, headers, body))
    else
      table.insert(played, one)
    end
  end
end

function request()
  local one
  if last > 0 then
    if first > last then error("every case is waiting for its answer: more cases are needed") end
    one, waiting[first] = waiting[first], nil
    first = first + 1
    return wrk.format(one[1], one[2], one[3], one[4])
  end
  number = number + 1
  one = played[number % #played + 1]
  if type(one) == "string" then return one end
  one[3]["Idempotency-Key"] = prefix .. number
  return wrk.format(one[1], one[2], one[3], one[4])
end

function done(summary, latency, requests)
  io.write(string.format(
    '\n{"requests":%d,"us":%d,"wrong":%d,"lost":%d,"bytes":%d,"p50":%.3f,"p95":%.3f,"p99":%.3f}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
