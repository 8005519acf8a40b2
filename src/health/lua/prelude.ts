/**
 * Runs in each new Lua before the script: takes away what reaches outside of it, and gives what Lua 5.1 has. Only base, string, table, math,
 * coroutine and os were opened, so files, modules, processes and the debugger are not there to be found.
 */
export const prelude = `
local floor, kind, number, error, type, select = math.floor, math.type, tonumber, error, type, select
local format, gmatch, setmetatable, pairs = string.format, string.gmatch, setmetatable, pairs
local function whole(n)
	if kind(n) == "float" and n == floor(n) and n >= -2^53 and n <= 2^53 then return floor(n) end
	return n
end
local function operand(v)
	if type(v) == "table" then return v end
	return number(v) or error("attempt to perform arithmetic on a " .. type(v) .. " value", 3)
end
local held = {
	__div = function(a, b) return whole(operand(a[1]) / operand(b)) end,
	__pow = function(a, b) return whole(operand(a) ^ operand(b[1])) end,
}
__whole = setmetatable({}, {
	__div = function(a) return setmetatable({ a }, held) end,
	__pow = function(_, b) return setmetatable({ b }, held) end,
	__metatable = false,
})
held.__metatable = false
function tonumber(v, base)
	if base == nil then return whole(number(v)) end
	return number(v, base)
end
function string.format(text, ...)
	local arguments, count = { ... }, select("#", ...)
	local index = 0
	for letter in gmatch(text, "%%[%-%+ #0]*%d*%.?%d*(.)") do
		if letter ~= "%" then
			index = index + 1
			local value = arguments[index]
			if kind(value) == "float" and (letter == "d" or letter == "i" or letter == "x" or letter == "X" or letter == "o" or letter == "c") then
				arguments[index] = value < 0 and -floor(-value) or floor(value)
			elseif value == nil and index <= count and letter ~= "s" and letter ~= "q" then
				break
			end
		end
	end
	return format(text, table.unpack(arguments, 1, count))
end
os = { time = os.time, date = os.date }
string.dump = nil
string.gfind = string.gmatch
unpack = table.unpack
function table.getn(t) return #t end
function table.maxn(t)
	local most = 0
	for key in pairs(t) do if type(key) == "number" and key > most then most = key end end
	return most
end
function math.pow(a, b) return whole(a ^ b) end
math.mod = math.fmod
local modules = { os = os, string = string, table = table, math = math, coroutine = coroutine, _G = _G }
function require(name) return modules[name] or error("module '" .. tostring(name) .. "' is not there for health scripts", 2) end
function print() end
function collectgarbage() return 0 end
dofile, loadfile, load, loadstring, warn = nil, nil, nil, nil, nil
`;
