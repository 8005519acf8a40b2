/**
 * Runs in each new Lua before the script: takes away what reaches outside of it, and gives what Lua 5.1 has. Only base, string, table, math,
 * coroutine and os were opened, so files, modules, processes and the debugger are not there to be found.
 */
export const prelude = `
local floor, kind, number, error, type, select = math.floor, math.type, tonumber, error, type, select
local format, gmatch, setmetatable, getmetatable, pairs = string.format, string.gmatch, setmetatable, getmetatable, pairs
local tostring, concat, unpack = tostring, table.concat, table.unpack

local function text(v)
	if kind(v) ~= "float" then return v end
	if v == floor(v) and v >= -2^53 and v <= 2^53 then return format("%d", v) end
	for digits = 14, 16 do
		local short = format("%." .. digits .. "g", v)
		if number(short) == v then return short end
	end
	return format("%.17g", v)
end

local function joined(v)
	local what = type(v)
	if what == "string" or what == "number" or (what == "table" and getmetatable(v)) then return text(v) end
	return error("attempt to concatenate a " .. what .. " value", 3)
end
local held = { __metatable = false, __concat = function(a, b) return joined(a) .. joined(b[1]) end }
__text = setmetatable({}, { __metatable = false, __concat = function(_, b) return setmetatable({ b }, held) end })

_G.tostring = function(...)
	if kind((...)) == "float" then return text((...)) end
	return tostring(...)
end
function string.format(template, ...)
	local arguments, count = { ... }, select("#", ...)
	local index = 0
	for letter in gmatch(template, "%%[%-%+ #0]*%d*%.?%d*(.)") do
		if letter ~= "%" then
			index = index + 1
			local value = arguments[index]
			if kind(value) == "float" then
				if letter == "s" then
					arguments[index] = text(value)
				elseif letter == "d" or letter == "i" or letter == "x" or letter == "X" or letter == "o" or letter == "c" then
					arguments[index] = value < 0 and -floor(-value) or floor(value)
				end
			end
		end
	end
	return format(template, unpack(arguments, 1, count))
end
function table.concat(list, separator, from, to)
	local parts = {}
	from, to = from or 1, to or #list
	if to - from > 1000000 then error("too many values to concatenate", 2) end
	for index = from, to do parts[index - from + 1] = text(list[index]) end
	return concat(parts, separator, 1, to - from + 1)
end
os = { time = os.time, date = os.date, difftime = os.difftime, clock = os.clock }
string.dump = nil
string.gfind = string.gmatch
_G.unpack = unpack
function table.getn(t) return #t end
function table.maxn(t)
	local most = 0
	for key in pairs(t) do if type(key) == "number" and key > most then most = key end end
	return most
end
function math.pow(a, b) return a ^ b end
math.mod = math.fmod
local modules = { os = os, string = string, table = table, math = math, coroutine = coroutine, _G = _G }
function require(name) return modules[name] or error("module '" .. tostring(name) .. "' is not there for health scripts", 2) end
function print() end
function collectgarbage() return 0 end
dofile, loadfile, load, loadstring, warn = nil, nil, nil, nil, nil
`;
