import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../../core/app-error.ts";
import { every, parseFieldPath } from "./fields.ts";

function problem(text: string): string {
	try {
		parseFieldPath(text);
	} catch (error) {
		if (error instanceof AppError && error.code === "FieldPathInvalid") return error.message;
		throw error;
	}
	return "";
}

describe("parseFieldPath", () => {
	it.each([
		["/spec/replicas", ["spec", "replicas"]],
		["/metadata/annotations/a.b~1c~0d", ["metadata", "annotations", "a.b/c~d"]],
		["/spec/containers/0/image", ["spec", "containers", "0", "image"]],
		[".spec.replicas", ["spec", "replicas"]],
		[".spec.template.spec.containers[].image", ["spec", "template", "spec", "containers", every, "image"]],
		['.metadata.annotations["a.b/c"]', ["metadata", "annotations", "a.b/c"]],
		['.metadata.annotations.["a\\"b"]', ["metadata", "annotations", 'a"b']],
		[".spec.args[2]", ["spec", "args", 2]],
		["[].a", undefined],
	])("%s", (text, path) => {
		if (path === undefined) expect(problem(text)).toContain("neither");
		else expect(parseFieldPath(text)).toEqual(path);
	});

	it.each([
		["spec.replicas", `it begins with neither "/" nor "."`],
		["", `it begins with neither "/" nor "."`],
		[".", "it names the whole object"],
		["/", "a name in it is empty"],
		["/spec//a", "a name in it is empty"],
		["/a~2b", `"~" is written ~0`],
		[".spec..a", `"..a" is not understood`],
		[".spec.a[", `"[" is not understood`],
		['.spec["a', `"[\\"a" is not understood`],
		[`.spec.containers[] | select(.name == "a")`, `" | select(.name == \\""`],
		[".spec.a[-1]", `"[-1]" is not understood`],
		['.spec["\\q"]', "is not a JSON string"],
	])("says what is wrong with %s", (text, why) => {
		expect(problem(text)).toContain(why);
	});

	it("reads back whatever names a path is made of, in both ways of writing", () => {
		fc.assert(
			fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (names) => {
				const pointer = names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
				const path = `.${names.map((name) => `[${JSON.stringify(name)}]`).join("")}`;
				expect(parseFieldPath(pointer)).toEqual(names);
				expect(parseFieldPath(path)).toEqual(names);
			}),
		);
	});
});
