import { describe, expect, it } from "vitest";
import { compatible } from "./compatible.ts";

describe("compatible", () => {
	it.each([
		["return a .. b", "return a ..__text.. b"],
		["return a..b..c", "return a..__text..b..__text..c"],
		["f(...) .. select('#', ...)", "f(...) ..__text.. select('#', ...)"],
		["return 'a..b' .. \"c..d\"", "return 'a..b' ..__text.. \"c..d\""],
		["-- a .. b\nreturn 1", "-- a .. b\nreturn 1"],
		["--[[ a .. b\n .. ]] return 1", "--[[ a .. b\n .. ]] return 1"],
		["--[==[ ]] .. ]==] x = a..b", "--[==[ ]] .. ]==] x = a..__text..b"],
		["return [[a .. b]] .. [=[ ]] .. ]=]", "return [[a .. b]] ..__text.. [=[ ]] .. ]=]"],
		["return t[a[1]] .. 2", "return t[a[1]] ..__text.. 2"],
		["return 'it\\'s a .. b'", "return 'it\\'s a .. b'"],
		["return 'a\\.b\\n\\\\..'", "return 'a.b\\n\\\\..'"],
		["return 'open .. ", "return 'open ..__text.. "],
	])("%j", (script, expected) => {
		expect(compatible(script)).toBe(expected);
	});
});
