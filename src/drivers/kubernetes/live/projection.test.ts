import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DriftRule } from "../../../core/documents/environment.ts";
import type { LiveObject, ManagedFields } from "../client/client.ts";
import { projectionHash } from "./projection.ts";

type Fields = Record<string, unknown>;

function entry(manager: string, fieldsV1: Fields, more: Partial<ManagedFields> = {}): ManagedFields {
	return { manager, operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1, ...more };
}

function object(fields: Fields, managedFields: readonly ManagedFields[]): LiveObject {
	return { apiVersion: "v1", kind: "Thing", metadata: { name: "a", uid: "u", resourceVersion: "1", managedFields }, ...fields };
}

function ignore(fields: readonly string[], managers: readonly string[] = []): readonly DriftRule[] {
	return [{ fields: [...fields], managers: [...managers], mode: "ignore" }];
}

const ours = (set: Fields): ManagedFields => entry("gitward", set);
const containers = (...list: readonly Fields[]): Fields => ({ spec: { containers: list } });
const webImage = { "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:name": {}, "f:image": {} } } } };

describe("projectionHash", () => {
	it("sees what Gitward's manager owns, and nothing else", () => {
		const set = { "f:spec": { "f:replicas": {} } };
		const before = projectionHash(object({ spec: { replicas: 1 } }, [ours(set)]), []);
		const others = object({ spec: { replicas: 1, paused: true }, status: { ready: 1 } }, [
			ours(set),
			entry("hpa", { "f:spec": { "f:paused": {} } }),
		]);
		expect(projectionHash(others, [])).toBe(before);
		expect(projectionHash(object({ spec: { replicas: 2 } }, [ours(set)]), [])).not.toBe(before);
		expect(projectionHash(object({ spec: {} }, [ours(set)]), [])).not.toBe(before);
	});

	it("sees that a field is no longer ours although its value is the same", () => {
		const live = { spec: { replicas: 1, paused: true } };
		const both = projectionHash(object(live, [ours({ "f:spec": { "f:replicas": {}, "f:paused": {} } })]), []);
		expect(projectionHash(object(live, [ours({ "f:spec": { "f:replicas": {} } })]), [])).not.toBe(both);
		expect(projectionHash(object(live, []), [])).not.toBe(both);
	});

	it("goes by the Apply entry alone, not by updates or by a subresource", () => {
		const live = { spec: { replicas: 1 } };
		const set = { "f:spec": { "f:replicas": {} } };
		const none = projectionHash(object(live, []), []);
		expect(projectionHash(object(live, [entry("gitward", set, { operation: "Update" })]), [])).toBe(none);
		expect(projectionHash(object(live, [entry("gitward", set, { subresource: "status" })]), [])).toBe(none);
		expect(projectionHash(object(live, [ours(set)]), [])).not.toBe(none);
	});

	it("finds entries by their key, whatever their order and whoever else is in the list", () => {
		const web = { name: "web", image: "a" };
		const hash = projectionHash(object(containers(web), [ours(webImage)]), []);
		expect(projectionHash(object(containers({ name: "proxy", image: "b" }, { ...web, stdin: true }), [ours(webImage)]), [])).toBe(hash);
		expect(projectionHash(object(containers({ ...web, image: "b" }), [ours(webImage)]), [])).not.toBe(hash);
		expect(projectionHash(object(containers({ name: "proxy", image: "a" }), [ours(webImage)]), [])).not.toBe(hash);
	});

	it("knows keys of several fields, values of sets and places in lists", () => {
		const ports = { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:port": {} }, 'k:{"port":80,"protocol":"UDP"}': { "f:port": {} } } };
		const set = { ...ports, "f:finalizers": { 'v:"a/b<c"': {} }, "f:args": { "i:1": {} } };
		const live = (protocol: string, finalizer: string, arg: string): LiveObject =>
			object(
				{
					ports: [
						{ port: 80, protocol },
						{ port: 80, protocol: "TCP" },
					],
					finalizers: ["x", finalizer],
					args: ["-", arg],
				},
				[ours(set)],
			);
		const hash = projectionHash(live("UDP", "a/b<c", "1"), []);
		expect(projectionHash(live("SCTP", "a/b<c", "1"), [])).not.toBe(hash);
		expect(projectionHash(live("UDP", "other", "1"), [])).not.toBe(hash);
		expect(projectionHash(live("UDP", "a/b<c", "2"), [])).not.toBe(hash);
		expect(projectionHash(live("UDP", "a/b<c", "1"), [])).toBe(hash);
	});

	it("takes a field that is owned as a whole with all that is in it, whatever the order of its names", () => {
		const set = { "f:selector": {} };
		const hash = projectionHash(object({ selector: { a: "1", b: { c: [1] } } }, [ours(set)]), []);
		expect(projectionHash(object({ selector: { b: { c: [1] }, a: "1" } }, [ours(set)]), [])).toBe(hash);
		expect(projectionHash(object({ selector: { a: "1", b: { c: [1, 2] } } }, [ours(set)]), [])).not.toBe(hash);
	});

	it.each([
		["a JSON pointer", "/spec/replicas"],
		["a path", ".spec.replicas"],
		["its parent", "/spec"],
	])("passes over a field that is ignored by %s, whether it changed, was taken or is gone", (_what, path) => {
		const rules = ignore([path]);
		const set = { "f:data": {}, "f:spec": { "f:replicas": {} } };
		const hash = projectionHash(object({ data: "x", spec: { replicas: 1 } }, [ours(set)]), rules);
		const taken = [ours({ "f:data": {} }), entry("hpa", { "f:spec": { "f:replicas": {} } })];
		expect(projectionHash(object({ data: "x", spec: { replicas: 5 } }, [ours(set)]), rules)).toBe(hash);
		expect(projectionHash(object({ data: "x", spec: { replicas: 5 } }, taken), rules)).toBe(hash);
		expect(projectionHash(object({ data: "x" }, [ours({ "f:data": {} })]), rules)).toBe(hash);
		expect(projectionHash(object({ data: "y", spec: { replicas: 1 } }, [ours(set)]), rules)).not.toBe(hash);
	});

	it("passes over a field of every entry, or of one", () => {
		const live = (web: string, image: string): LiveObject =>
			object(containers({ name: "proxy", image: "p" }, { name: "web", image }), [
				ours({ "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:name": {}, "f:image": {} } } }, "f:kept": {} }),
				entry(web, {}),
			]);
		for (const path of [".spec.containers[].image", ".spec.containers[1].image", "/spec/containers/1/image"]) {
			expect(projectionHash(live("a", "1"), ignore([path]))).toBe(projectionHash(live("a", "2"), ignore([path])));
		}
		expect(projectionHash(live("a", "1"), ignore(["/spec/containers/0/image"]))).not.toBe(
			projectionHash(live("a", "2"), ignore(["/spec/containers/0/image"])),
		);
	});

	it("passes over what an ignored manager owns, together with Gitward or alone", () => {
		const rules = ignore([], ["hpa*"]);
		const replicas = { "f:spec": { "f:replicas": {} } };
		const set = { "f:data": {}, ...replicas };
		const shared = object({ data: "x", spec: { replicas: 1 } }, [ours(set), entry("hpa-v2", replicas)]);
		const taken = object({ data: "x", spec: { replicas: 5 } }, [
			ours({ "f:data": {} }),
			entry("hpa-v2", replicas, { operation: "Update" }),
		]);
		expect(projectionHash(taken, rules)).toBe(projectionHash(shared, rules));
		const byOther = object({ data: "x", spec: { replicas: 5 } }, [ours({ "f:data": {} }), entry("kubectl", replicas)]);
		const alone = object({ data: "x", spec: { replicas: 1 } }, [ours(set)]);
		expect(projectionHash(byOther, rules)).not.toBe(projectionHash(alone, rules));
	});

	it("goes on where a path cannot be read", () => {
		const live = (replicas: number): LiveObject => object({ spec: { replicas } }, [ours({ "f:spec": { "f:replicas": {} } })]);
		expect(projectionHash(live(1), ignore(["spec", ".a | b", "/spec/replicas"]))).toBe(
			projectionHash(live(2), ignore(["spec", ".a | b", "/spec/replicas"])),
		);
	});

	it("pays no heed to rules that heal or report", () => {
		const rules: readonly DriftRule[] = [{ fields: ["/spec/replicas"], managers: [], mode: "report" }];
		const live = (replicas: number): LiveObject => object({ spec: { replicas } }, [ours({ "f:spec": { "f:replicas": {} } })]);
		expect(projectionHash(live(1), rules)).not.toBe(projectionHash(live(2), rules));
		expect(projectionHash(live(1), rules)).toBe(projectionHash(live(1), []));
	});

	it("changes exactly when an owned leaf changes, in any object", () => {
		const leaves = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/u), fc.oneof(fc.integer(), fc.string()), { minKeys: 1, maxKeys: 8 });
		fc.assert(
			fc.property(leaves, fc.func(fc.boolean()), fc.nat(), (data, isOurs, pick) => {
				const names = Object.keys(data);
				const set = Object.fromEntries(names.filter((name) => isOurs(name)).map((name) => [`f:${name}`, {}]));
				const name = names[pick % names.length] ?? "";
				const managed = [ours({ "f:data": { ".": {}, ...set } })];
				const hash = projectionHash(object({ data }, managed), []);
				const changed = projectionHash(object({ data: { ...data, [name]: `${String(data[name])}!` } }, managed), []);
				expect(changed === hash).toBe(!isOurs(name));
				expect(projectionHash(object({ data: Object.fromEntries(Object.entries(data).toReversed()) }, managed), [])).toBe(hash);
			}),
		);
	});
});
