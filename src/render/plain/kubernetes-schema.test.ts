import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { kubernetesSchema } from "./kubernetes-schema.ts";

const read = (text: string): unknown => load(text, { schema: kubernetesSchema });

describe("kubernetesSchema", () => {
	// As resolve.go of goyaml.v2 has them, which kubectl and the API server read YAML with.
	it.each<readonly [string, unknown]>([
		["yes", true],
		["Yes", true],
		["y", true],
		["on", true],
		["ON", true],
		["true", true],
		["no", false],
		["n", false],
		["off", false],
		["False", false],
		["yES", "yES"],
		["yesterday", "yesterday"],
		['"yes"', "yes"],
		["!!str yes", "yes"],
		["0644", 420],
		["0o644", 420],
		["-0644", -420],
		["0888", 888],
		["0x1F", 31],
		["0b101", 5],
		["1_000", 1000],
		["+12", 12],
		["0", 0],
		["1:30", "1:30"],
		["22:22", "22:22"],
		["190:20:30", "190:20:30"],
		["1e3", 1000],
		["1.5", 1.5],
		[".5", 0.5],
		["1.", 1],
		["1.2.3", "1.2.3"],
		["12e03", 12000],
		["1e", "1e"],
		["2001-12-14", "2001-12-14"],
		["2001-12-14T21:59:43Z", "2001-12-14T21:59:43Z"],
		["~", null],
		["null", null],
		["Null", null],
		["nULL", "nULL"],
		["_1", "_1"],
		["0x", "0x"],
	])("reads %s as Kubernetes does", (text, expected) => {
		expect(read(text)).toEqual(expected);
	});

	it("makes text of keys and follows merge keys", () => {
		expect(read("on: 1\n0644: 2\n")).toEqual({ true: 1, "420": 2 });
		expect(read("a: &a {x: 1, z: 2}\nb: {<<: *a, z: 3}\n")).toEqual({ a: { x: 1, z: 2 }, b: { x: 1, z: 3 } });
	});

	it("reads an empty value as null", () => {
		expect(read("a:\nb: ''\n")).toEqual({ a: null, b: "" });
	});
});
