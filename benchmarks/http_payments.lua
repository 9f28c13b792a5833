-- Tills charge payers' codes: every request another code, number and idempotency key; keys of all shops in turn.
local keys, from, number = {}, 0, 0

function init(args)
    for key in io.lines(args[1]) do keys[#keys + 1] = key end
    from = tonumber(args[2])
end

function request()
    number = number + 1
    local n = from + number
    local body = string.format(
        '{"code":"13%016d","out_trade_no":"no-%d","amount":%d,"subject":"bench"}', n, n, 100 + n % 19900)
    return wrk.format("POST", "/api/v1/code-payments", {
        ["Authorization"] = "Bearer " .. keys[n % #keys + 1],
        ["Content-Type"] = "application/json",
        ["Idempotency-Key"] = "key-" .. n,
    }, body)
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
