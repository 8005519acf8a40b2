import { expect, it } from "vitest";
import type { DriftRule } from "../../../core/documents/environment.ts";
import type { LiveObject } from "../client/client.ts";
import { keepIgnored, rulesFor } from "./kept-fields.ts";

const rule = (given: Partial<DriftRule>): DriftRule => ({ fields: [], managers: [], mode: "ignore", ...given });

const live = {
	apiVersion: "apps/v1",
	kind: "Deployment",
	metadata: {
		name: "web",
		uid: "1",
		resourceVersion: "1",
		labels: { "gitward.dev/instance": "old", team: "theirs" },
		managedFields: [
			{
				manager: "bot-7",
				operation: "Update",
				apiVersion: "apps/v1",
				fieldsType: "FieldsV1",
				fieldsV1: { "f:spec": { "f:containers": { 'k:{"name":"web"}': { "f:image": {} } }, "f:extra": {} } },
			},
		],
	},
	spec: {
		replicas: 5,
		extra: 1,
		containers: [
			{ name: "side", image: "side:9" },
			{ name: "web", image: "web:9" },
		],
	},
} satisfies LiveObject;

const body = {
	apiVersion: "apps/v1",
	kind: "Deployment",
	metadata: { name: "web", labels: { "gitward.dev/instance": "ours", team: "ours" } },
	spec: {
		replicas: 1,
		paused: true,
		containers: [
			{ name: "web", image: "web:1" },
			{ name: "side", image: "side:1" },
		],
	},
};

it("puts live values where a path leads, by the names of entries", () => {
	const kept = keepIgnored(body, live, [
		rule({ fields: ["/spec/replicas", ".spec.containers[].image", ".spec.paused", ".nowhere.at[0].all"] }),
	]);
	expect(kept["spec"]).toEqual({
		replicas: 5,
		paused: true,
		containers: [
			{ name: "web", image: "web:9" },
			{ name: "side", image: "side:9" },
		],
	});
});

it("puts the live values of what a manager owns, and adds nothing", () => {
	const kept = keepIgnored(body, live, [rule({ managers: ["bot-*"] })]);
	expect(kept["spec"]).toEqual({
		...body.spec,
		containers: [
			{ name: "web", image: "web:9" },
			{ name: "side", image: "side:1" },
		],
	});
});

it("never gives up Gitward's marks", () => {
	const kept = keepIgnored(body, live, [rule({ fields: ["/metadata/labels", '.metadata["labels"]'] })]);
	expect(kept["metadata"]).toMatchObject({ name: "web", labels: { "gitward.dev/instance": "ours", team: "theirs" } });
});

it("finds the rules of an Object by globs", () => {
	const ref = { group: "apps", kind: "Deployment", namespace: "shop-eu", name: "web" };
	const rules = [
		rule({ kind: "Deploy*", namespace: "shop-*" }),
		rule({ name: "db" }),
		rule({ group: "" }),
		rule({ mode: "report" }),
		rule({}),
	];
	expect(rulesFor(rules, ref)).toEqual([rules[0], rules[4]]);
});
