/** Health scripts in the idioms that those for Argo CD use. */
export const scripts = {
	conditions: `
local health = {}
health.status = "Progressing"
health.message = "Waiting for the operator"
if obj.status ~= nil then
  if obj.status.conditions ~= nil then
    for i, condition in ipairs(obj.status.conditions) do
      if condition.type == "Ready" then
        health.message = condition.message
        if condition.status == "True" then
          health.status = "Healthy"
        elseif condition.status == "False" then
          health.status = "Degraded"
        end
        return health
      end
    end
  end
end
return health`,

	counting: `
local ready, total = 0, 0
for _, shard in pairs(obj.status.shards or {}) do
  ready = ready + (shard.ready or 0)
  total = total + shard.total
end
local hs = { status = ready == total and "Healthy" or "Progressing" }
hs.message = ready .. "/" .. total .. " ready (" .. ready / total * 100 .. "%)"
return hs`,

	phases: `
local meanings = {Running = "Healthy", Broken = "Degraded"}
hs = {}
hs.status = meanings[obj.status.phase] or "Progressing"
hs.message = obj.status.phase
if obj.status.reason and obj.status.reason ~= "" then
  hs.message = hs.message .. ": " .. obj.status.reason
end
return hs`,

	generation: `
hs = {}
if obj.metadata.generation ~= nil and obj.status.observedGeneration ~= obj.metadata.generation then
  hs.status = "Progressing"
  hs.message = "Waiting for generation " .. obj.metadata.generation .. ", at " .. tostring(obj.status.observedGeneration)
  return hs
end
hs.status = "Healthy"
return hs`,

	annotations: `
local function isPaused(object)
  local annotations = object.metadata.annotations
  return annotations ~= nil and annotations["example.com/paused"] == "true"
end
if isPaused(obj) then
  return { status = "Suspended", message = "Paused" }
end
return { status = "Healthy" }`,

	versions: `
local function parts(version)
  local numbers = {}
  for number in string.gmatch(version, "(%d+)") do
    table.insert(numbers, tonumber(number))
  end
  return numbers
end
local sorted = {}
for i = 1, #obj.status.versions do sorted[i] = obj.status.versions[i] end
table.sort(sorted, function(a, b)
  local left, right = parts(a), parts(b)
  for i = 1, math.max(table.getn(left), #right) do
    if (left[i] or 0) ~= (right[i] or 0) then return (left[i] or 0) > (right[i] or 0) end
  end
  return false
end)
local message = string.format("newest of %d is %s", #sorted, sorted[1])
if sorted[1] == obj.status.current then
  return {status = "Healthy", message = message}
end
return {status = "Progressing", message = message}`,

	ages: `
local os = require("os")
local function seconds(text)
  local year, month, day, hour, min, sec = text:match("(%d+)%-(%d+)%-(%d+)T(%d+):(%d+):(%d+)Z")
  return os.time({year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = tonumber(hour), min = tonumber(min), sec = tonumber(sec)})
end
if os.time() - seconds(obj.status.startedAt) > 24 * 60 * 60 then
  return {status = "Degraded", message = "Not done for over a day"}
end
return {status = "Progressing", message = "Started"}`,

	items: `
local bad = {}
if #obj.status.items == 0 then
  return {status = "Progressing", message = "No items"}
end
for _, item in ipairs(obj.status.items) do
  if not item.ok then table.insert(bad, item.name) end
end
if next(bad) == nil then return {status = "Healthy"} end
table.sort(bad)
return {status = "Degraded", message = "Not well: " .. table.concat(bad, ", ")}`,

	protected: `
local ok, doubled = pcall(function() return obj.status.replicas * 2 end)
if not ok then return {status = "Unknown", message = "replicas is no number"} end
return {status = "Healthy", message = tostring(doubled)}`,
} as const;
