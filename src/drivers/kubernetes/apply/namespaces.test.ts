import { expect, it } from "vitest";
import { AppError } from "../../../core/app-error.ts";
import type { ApplyOptions, KubernetesClient, ObjectName, ResourceType } from "../client/client.ts";
import { createNamespaces } from "./namespaces.ts";

/** A cluster without namespaces, in which alice may make some and bob may not. */
function play() {
	const made: string[] = [];
	const client = {
		async *list() {
			yield { items: [], resourceVersion: "1" };
		},
		async get() {
			return undefined;
		},
		async apply(_type: ResourceType, { name }: ObjectName, _body: object, { as }: ApplyOptions) {
			await new Promise(setImmediate);
			if (as?.user !== "alice") throw new AppError(`${as?.user} may not`, { code: "Forbidden", kind: "denied" });
			made.push(name);
			return {};
		},
	} as unknown as KubernetesClient;
	const namespaces = createNamespaces(client);
	const ensure = (user: string): Promise<void> =>
		namespaces.ensure("shop", {
			settings: { as: { user, groups: [] }, driftRules: [], namespace: "shop", createNamespace: { labels: {}, annotations: {} } },
		});
	return { ensure, made };
}

it("makes a namespace once for all who ask at once", async () => {
	const { ensure, made } = play();
	await Promise.all([ensure("alice"), ensure("alice"), ensure("alice")]);
	expect(made).toEqual(["shop"]);
});

it("does not refuse one because another may not make it", async () => {
	const { ensure, made } = play();
	const [bob, alice] = await Promise.allSettled([ensure("bob"), ensure("alice")]);
	expect([bob.status, alice.status, made]).toEqual(["rejected", "fulfilled", ["shop"]]);
});
