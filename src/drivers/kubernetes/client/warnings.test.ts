import { expect, it } from "vitest";
import { warningsOf } from "./warnings.ts";

it.each([
	[undefined, []],
	['299 - "policy/v1beta1 is deprecated"', ["policy/v1beta1 is deprecated"]],
	['299 - "unknown field \\"spec.foo\\"", 299 - "a \\\\ and, a comma"', ['unknown field "spec.foo"', "a \\ and, a comma"]],
	[
		['299 - "one"', '299 "api server" "two"', '299 - "one"'],
		["one", "two"],
	],
	["199 - no quotes", []],
])("reads %j", (warning, expected) => {
	expect(warningsOf(warning === undefined ? {} : { warning })).toEqual(expected);
});
