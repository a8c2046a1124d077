-- For wrk: every request carries another uid, so that no two reports are alike. Its digits have a fixed width: the
-- request is three pieces joined, and Content-Length never changes.
-- Arguments: EVENTS-A-REPORT TOKEN EVENT-TIME [check|MILLISECONDS]; with `check`, answers are read and refusals counted
-- (slower); with a number, every connection rests that long before each report.

local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
    all = all or {}
    table.insert(all, thread)
end

function init(arguments)
    local events, token, now = tonumber(arguments[1]), arguments[2], tonumber(arguments[3])
    local items = {}
    for index = 1, events do
        items[index] = string.format(
            '{"event_time":%d,"channel":%d,"operate_id":%d,"page_id":%d,"pos_id":%d,"prev_id":%d,"trace_id":"trace-%08d","duration":%d}',
            now - events + index, index % 2 + 1, index % 2 == 0 and 10000 or 11000, index % 40 + 1, index % 7,
            (index - 1) % 40 + 1, index, index * 13 % 300)
    end
    local beforeUID = '{"head":{"uid":"'
    local afterUID = '","openid":"oXinyue000000000001","device_type":1,"business_type":1},"items":['
        .. table.concat(items, ",") .. ']}'
    before = 'POST /upbot/api/ReportBehaviorData HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
        .. 'Authorization: ' .. token .. '\r\nContent-Length: ' .. (#beforeUID + 12 + #afterUID) .. '\r\n\r\n' .. beforeUID
    after = afterUID
    -- Twelve digits: thread, start time, counter: no two runs against one server send the same report.
    uid = 100000000000 + number * 10000000000 + now % 1000 * 10000000
    refusals = 0
    local pause = tonumber(arguments[4])
    if pause then
        function delay() return pause end
    elseif arguments[4] == "check" then
        response = function(status, headers, body)
            if status ~= 204 and status ~= 201 and not body:find('"ret":0', 1, true) then refusals = refusals + 1 end
        end
    end
end

function request()
    uid = uid + 1
    return before .. string.format("%d", uid) .. after
end

function done(summary, latency, requests)
    local refusals = 0
    for _, thread in ipairs(all) do refusals = refusals + (thread:get("refusals") or 0) end
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"p999":%d,"socketErrors":%d,"statusErrors":%d,"refusals":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
        errors.connect + errors.read + errors.write + errors.timeout, errors.status, refusals))
end
