import { beforeAll, describe, expect, it } from "vitest";
import { compatible } from "./compatible.ts";
import { createSandbox, type LuaAnswer, type Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await createSandbox();
});

const run = (script: string, object: unknown = {}): LuaAnswer => sandbox.run(compatible(script), object);
const said = (expression: string): string | undefined => {
	const answer = run(`return {status = "Healthy", message = tostring(${expression})}`, { list: ["a", "b", "c"], n: 10, none: null });
	return answer.ok ? answer.message : answer.message;
};
const failed = (message: string): LuaAnswer => ({ ok: false, message });

describe("as Argo CD's Lua", () => {
	it.each([
		["obj.n / 2", "5"],
		["obj.n / 4", "2.5"],
		["100 / 10 / 5", "2"],
		["2 ^ 3 ^ 2", "512"],
		["-2 ^ 2", "-4"],
		["2 ^ -1", "0.5"],
		["'8' / '2'", "4"],
		["1 / 0", "inf"],
		["1 / 3", "0.3333333333333333"],
		["0.75 * 100", "75"],
		["'' .. 0.75 * 100 .. '|' .. 10 / 2 .. '|' .. 1.5", "75|5|1.5"],
		["table.concat({10 / 2, 'x', 2}, '-')", "5-x-2"],
		["string.format('%s', 10 / 2)", "5"],
		["pcall(function() return 'a' .. nil end)", "false"],
		["(obj.n / 5) * 3 + 1", "7"],
		["tonumber('7.0')", "7"],
		["tonumber('ff', 16)", "255"],
		["tonumber('x')", "nil"],
		["math.pow(2, 8)", "256"],
		["math.floor(7 / 2)", "3"],
		["#obj.list", "3"],
		["table.getn(obj.list)", "3"],
		["select('#', unpack(obj.list))", "3"],
		["obj.none == nil", "true"],
		["next({}) == nil", "true"],
		["table.concat(obj.list, ',')", "a,b,c"],
		["string.format('%d of %s (%5.1f%%)', 7 / 2, 'x', 12.34)", "3 of x ( 12.3%)"],
		["('a-b'):gsub('%-', '+')", "a+b"],
		["('x.y'):match('%.(%a)')", "y"],
		["os.date('!%Y-%m-%d', 86400)", "1970-01-02"],
		["os.time({year=2020, month=1, day=2, hour=0}) > 1577000000", "true"],
		["require('os').time() > 1577000000", "true"],
		["os.difftime(10, 5)", "5"],
		["os.clock() >= 0", "true"],
		["os.time({year='2020', month='01', day='02'}) > 1577000000", "true"],
		["select('#', print('x'))", "0"],
		["pcall(error, 'x')", "false"],
	])("%s is %s", (expression, expected) => {
		expect(said(expression)).toBe(expected);
	});
});

describe("what a script gives back", () => {
	it.each<readonly [string, LuaAnswer]>([
		["return {status='Healthy', message='m'}", { ok: true, given: true, status: "Healthy", message: "m" }],
		["return {status='Healthy'}", { ok: true, given: true, status: "Healthy" }],
		["return {}", { ok: true, given: true }],
		["return nil", { ok: true, given: false }],
		["local x = 1", { ok: true, given: false }],
		["return {status=true, message={}}", { ok: true, given: true }],
		["return 'Healthy'", failed("it returned a string instead of a table")],
		["return obj.a.b", failed("line 1: attempt to index a nil value (field 'a')")],
		["\n\nx = = 1", failed("line 3: unexpected symbol near '='")],
		["error({})", failed("it raised an error that is no text")],
		["return 1 / nil", failed("line 1: attempt to perform arithmetic on a nil value")],
		["return\n'a' .. obj.a", failed("line 2: attempt to concatenate a nil value")],
		["return {status='Healthy', message=10 / 2}", { ok: true, given: true, status: "Healthy", message: "5" }],
	])("%j", (script, answer) => {
		expect(run(script)).toEqual(answer);
	});
});

describe("what a script cannot reach", () => {
	it.each([
		"io",
		"debug",
		"package",
		"dofile",
		"loadfile",
		"load",
		"loadstring",
		"string.dump",
		"os.execute",
		"os.getenv",
		"os.exit",
		"os.remove",
		"os.tmpname",
		"os.setlocale",
	])("%s", (name) => {
		expect(said(name)).toBe("nil");
	});

	it.each([
		["a module", "require('io')", "module 'io' is not there for health scripts"],
		["bytecode", "\u001bLua", "attempt to load a binary chunk"],
	])("%s", (_what, script, words) => {
		expect(run(script)).toMatchObject({ ok: false, message: expect.stringContaining(words) as string });
	});

	it("the script after it: metatables, libraries and globals are new", () => {
		run(
			"getmetatable('').__index = function() return 'bad' end; string.format = nil; table.concat = nil; tonumber = nil; leak = 1; _G.obj = 2; setmetatable(_G, {__index = function() return 'bad' end})",
		);
		expect(said("tostring(leak) .. type(string.format) .. type(table.concat) .. type(('x').upper) .. type(obj)")).toBe(
			"nilfunctionfunctionfunctiontable",
		);
	});

	it("how its answer is read", () => {
		const script = "return setmetatable({}, {__index = function() while true do end end, __tostring = function() while true do end end})";
		expect(run(script)).toEqual({ ok: true, given: true });
	});
});

describe("hostile scripts", () => {
	const tooMuch = failed("it needs more than 32 MiB of memory");
	it.each<readonly [string, string, LuaAnswer | string]>([
		["a text without end", "return string.rep('x', 1e9)", tooMuch],
		["a text that doubles", "local s = 'x' while true do s = s .. s end", tooMuch],
		["a table without end", "local t = {} while true do t[#t + 1] = {} end", tooMuch],
		["an endless recursion", "local function f() return 1 + f() end return f()", "overflow|memory"],
		["a recursion through protected calls", "local function f() return pcall(f) end f() return {status='Healthy'}", "Healthy"],
		["a recursion through a metatable", "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x", "loop|overflow"],
		["a recursion through sort", "local function f() table.sort({3, 2, 1}, f) end f()", "overflow|error"],
		["a pattern that nests", "return ('a'):rep(300000):find((('a?'):rep(300000)) .. 'b')", "too complex|too long|memory"],
		["too many results", "return unpack({}, 1, 1e7)", "too many results"],
		["a finalizer that fails", "setmetatable({}, {__gc = function() error('x') end}) return {status='Healthy'}", "Healthy"],
		["an endless replacement", "return ('a'):rep(1000):gsub('.', function() return ('x'):rep(1e6) end)", tooMuch],
	])("%s", (_what, script, expected) => {
		const answer = run(script);
		if (typeof expected === "string") expect(JSON.stringify(answer)).toMatch(new RegExp(expected, "u"));
		else expect(answer).toEqual(expected);
		// And the sandbox is whole after it, all memory given back.
		expect(run("return {status = 'Healthy', message = string.rep('x', 1e7):sub(1, 3)}")).toMatchObject({ ok: true, message: "xxx" });
	});
});
