import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let group: string;
let world: ApplyWorld;
beforeEach(async () => {
	group = `scope-${randomBytes(3).toString("hex")}.example.com`;
	world = await openApplyWorld(sharedCluster(), { watches: true, instance: randomBytes(6).toString("hex") });
});
afterEach(() => world.close());

const definition = (): DesiredObject => ({
	apiVersion: "apiextensions.k8s.io/v1",
	kind: "CustomResourceDefinition",
	metadata: { name: `issuers.${group}` },
	spec: {
		group,
		scope: "Cluster",
		names: { kind: "Issuer", plural: "issuers" },
		versions: [
			{
				name: "v1",
				served: true,
				storage: true,
				schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
			},
		],
	},
});

/** A cluster-wide Object of a kind whose definition came otherwise: its render has given it the Application's namespace. */
const issuer = (namespace: string | undefined): DesiredObject => ({
	apiVersion: `${group}/v1`,
	kind: "Issuer",
	metadata: { name: "main", ...(namespace === undefined ? {} : { namespace }) },
	spec: { a: "1" },
});

it.each([
	["another one", "a"],
	["one where there was none", undefined],
])("never deletes a cluster-wide Object that Git still wants, though its namespace in Git is %s", async (_what, before) => {
	await world.apply(definition());
	await world.apply(issuer(before));
	await world.target.track("shop", [...world.owned.values()]);
	await world.apply(issuer("b"));
	const path = `/apis/${group}/v1/issuers/main`;
	const { uid } = (await world.cluster.call("GET", path))["metadata"];
	for (const order of [[...world.owned.values()], [...world.owned.values()].toReversed()]) await world.target.track("shop", order);
	await world.remove(issuer(before));
	expect((await world.cluster.call("GET", path))["metadata"].uid).toBe(uid);
	await world.target.track("shop", [...world.owned.values()]);
	expect(await world.observe([issuer("b")], { purpose: "drift" })).toMatchObject([{ state: "same" }, { state: "same" }]);
	expect(world.events.filter(({ type }) => type === "changed")).toEqual([]);
	// Where neither is wanted any more it goes.
	await world.remove(issuer("b"));
	expect((await world.cluster.request("GET", path)).status).toBe(404);
});
