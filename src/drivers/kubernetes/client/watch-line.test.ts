import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanWatchLine } from "./watch-line.ts";

const line = (object: unknown, type = "MODIFIED"): string => JSON.stringify({ type, object });

describe("scanWatchLine", () => {
	it.each([
		[
			"a built-in type",
			{ kind: "Pod", apiVersion: "v1", metadata: { name: "a", namespace: "b", uid: "c", resourceVersion: "7", labels: {} } },
		],
		[
			"a generated name",
			{ kind: "Pod", apiVersion: "v1", metadata: { name: "a-x", generateName: "a-", namespace: "b", uid: "c", resourceVersion: "7" } },
		],
		[
			"a bookmark",
			{ kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "7", creationTimestamp: null }, spec: { containers: null } },
		],
		[
			"a custom type, whose fields are sorted",
			{
				apiVersion: "example.test/v1",
				kind: "Thing",
				metadata: {
					annotations: { note: '{"metadata":{"resourceVersion":"1"}}' },
					managedFields: [{ fieldsV1: { "f:metadata": {} } }],
					name: "a",
					resourceVersion: "7",
				},
				spec: { metadata: { resourceVersion: "3" } },
			},
		],
		[
			"an object that stands before its metadata",
			{
				spec: { resourceVersion: "1", metadata: { resourceVersion: "2" } },
				metadata: { a: { resourceVersion: "3" }, resourceVersion: "7" },
			},
		],
	])("reads %s", (_, object) => {
		const scanned = scanWatchLine(line(object));
		expect(scanned).toMatchObject({ type: "MODIFIED", resourceVersion: "7" });
		expect(scanned?.object()).toEqual(object);
	});

	it("gives the same as a parser for any object", () => {
		const word = fc.constantFrom("metadata", "resourceVersion", "labels", "object", 'x"resourceVersion', '\\"', "\\", "{", "]", "ü");
		const { value } = fc.letrec((tie) => ({
			value: fc.oneof({ maxDepth: 5 }, word, fc.integer(), fc.constant(null), fc.array(tie("value"), { maxLength: 3 }), tie("map")),
			map: fc.dictionary(word, tie("value"), { maxKeys: 4 }),
		}));
		const version = fc.oneof(fc.nat().map(String), fc.constantFrom('1"', "\\", ""));
		const fields = fc.dictionary(word, value, { maxKeys: 4 });
		// The keys come in any order, and once.
		const put = (before: object, key: string, value: unknown, after: object): object =>
			Object.fromEntries([
				...Object.entries(before).filter(([name]) => !(name in after) && name !== key),
				[key, value],
				...Object.entries(after).filter(([name]) => name !== key),
			]);
		const metadata = fc.tuple(fields, version, fields).map(([before, version, after]) => put(before, "resourceVersion", version, after));
		const object = fc.tuple(fields, metadata, fields).map(([before, metadata, after]) => put(before, "metadata", metadata, after));
		fc.assert(
			fc.property(object, (object) => {
				const text = line(object, "ADDED");
				const expected = (object as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
				expect(scanWatchLine(text)).toMatchObject({ type: "ADDED", resourceVersion: expected });
			}),
			{ numRuns: 500 },
		);
	});

	it("reads lines that are not written as the API server does", () => {
		const spaced = '{ "object": { "metadata": { "resourceVersion": "7" } }, "type": "ADDED" }';
		expect(scanWatchLine(spaced)).toMatchObject({ type: "ADDED", resourceVersion: "7" });
	});

	it("parses errors, and knows what is no event", () => {
		expect(scanWatchLine(line({ kind: "Status", code: 410 }, "ERROR"))?.object()).toMatchObject({ code: 410 });
		for (const text of [
			"",
			"{",
			"[]",
			"null",
			'{"type":"OTHER","object":{}}',
			'{"type":"ADDED"}',
			'{"type":"ADDED","object":{"metadata":{"resourceVersion":"7"',
		]) {
			expect(scanWatchLine(text)).toBeUndefined();
		}
	});
});
