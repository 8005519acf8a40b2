import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/u);
const words = fc.dictionary(word, word, { maxKeys: 4, noNullPrototype: true });
const texts = fc.dictionary(word, fc.string({ maxLength: 20 }), { maxKeys: 4, noNullPrototype: true });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** Quantities, as people write them: the server writes many of them otherwise. */
const cpu = fc.constantFrom("1000m", "0.5", "1", "250m");
const memory = fc.constantFrom("1024Mi", "1Gi", "500M", "1e9");

function without(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value));
}

const container = fc.record({
	image: word,
	args: optional(fc.array(word, { maxLength: 3 })),
	env: optional(fc.uniqueArray(fc.record({ name: word, value: optional(word) }), { selector: ({ name }) => name, maxLength: 3 })),
	ports: optional(
		fc.uniqueArray(fc.record({ containerPort: fc.integer({ min: 1, max: 9000 }), protocol: optional(fc.constantFrom("TCP", "UDP")) }), {
			selector: ({ containerPort }) => containerPort,
			maxLength: 3,
		}),
	),
	resources: optional(
		fc.record({ limits: optional(fc.record({ cpu, memory })), requests: optional(fc.record({ cpu: fc.constant("100m") })) }),
	),
});

const spec = fc.record({
	labels: optional(words),
	annotations: optional(texts),
	data: optional(texts),
	stringData: optional(texts),
	containers: fc.uniqueArray(fc.record({ name: word, container }), { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
	ports: fc.uniqueArray(fc.record({ port: fc.integer({ min: 1, max: 9000 }), name: word }), {
		selector: ({ port }) => port,
		comparator: (a, b) => a === b,
		minLength: 1,
		maxLength: 1,
	}),
	verbs: fc.uniqueArray(fc.constantFrom("get", "list", "watch"), { minLength: 1 }),
});
type Spec = typeof spec extends fc.Arbitrary<infer Value> ? Value : never;

function objectsOf({ labels, annotations, data, stringData, containers, ports, verbs }: Spec): readonly DesiredObject[] {
	const metadata = { name: "law", namespace: world.namespace, labels, annotations };
	const pod = { labels: { app: "law" } };
	return without([
		{ apiVersion: "v1", kind: "ConfigMap", metadata, data },
		{ apiVersion: "v1", kind: "Secret", metadata, stringData },
		{ apiVersion: "v1", kind: "Service", metadata, spec: { ports, selector: pod.labels } },
		{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules: [{ apiGroups: [""], resources: ["pods"], verbs }] },
		{
			apiVersion: "apps/v1",
			kind: "Deployment",
			metadata,
			spec: {
				replicas: 0,
				selector: { matchLabels: pod.labels },
				template: { metadata: pod, spec: { containers: containers.map(({ name, container: rest }) => ({ name, ...rest })) } },
			},
		},
	]) as readonly DesiredObject[];
}

const versions = async (objects: readonly DesiredObject[]): Promise<readonly string[]> => {
	const live = await Promise.all(objects.map((object) => world.cluster.call("GET", world.path(object))));
	return live.map(({ metadata, spec: desired, data, rules }) =>
		JSON.stringify([metadata.labels, metadata.annotations, desired, data, rules]),
	);
};

it("has a plan that is what the apply does, and is empty after it", async () => {
	await fc.assert(
		fc.asyncProperty(spec, spec, async (first, second) => {
			for (const state of [first, second]) {
				const objects = objectsOf(state);
				const isThere = world.owned.size > 0;
				const before = isThere ? await versions(objects) : [];
				const plan = await world.observe(objects);
				for (const object of objects) await world.apply(object, isThere ? "update" : "create");
				const after = await versions(objects);
				if (isThere) {
					// The controller of Deployments counts revisions meanwhile, in an annotation that is not Gitward's.
					const revision = /"deployment\.kubernetes\.io\/revision":"\d+",?/gu;
					const changed = after.map((text, index) => text.replace(revision, "") !== before[index]?.replace(revision, ""));
					expect(plan.map(({ state: found }) => found === "different")).toEqual(changed);
				}
				expect((await world.observe(objects)).flatMap(({ differences }) => differences)).toEqual([]);
			}
		}),
		{ numRuns: 15 },
	);
});
