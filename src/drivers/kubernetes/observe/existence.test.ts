import { expect, it } from "vitest";
import { AppError } from "../../../core/app-error.ts";
import type { KubernetesClient, ListOptions, LiveObject, ObjectName, ResourceType } from "../client/client.ts";
import { createExistence } from "./existence.ts";

const type: ResourceType = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true, verbs: [] };
const names = (count: number, namespace: string): readonly ObjectName[] =>
	Array.from({ length: count }, (_, index) => ({ namespace, name: `a${index}` }));

/** A cluster in which `a0` exists in every namespace, and the requests to it. */
function fake(refuse: (options: ListOptions) => AppError | undefined = () => undefined) {
	const requests: string[] = [];
	const time = { now: 0 };
	const object = (namespace: string): LiveObject => ({
		apiVersion: "v1",
		kind: "ConfigMap",
		metadata: { namespace, name: "a0", uid: "1", resourceVersion: "1" },
	});
	const client: Pick<KubernetesClient, "get" | "list"> = {
		async get(_type, { namespace, name }) {
			requests.push(`get ${namespace}/${name}`);
			return name === "a0" ? object(namespace) : undefined;
		},
		async *list(_type, options = {}) {
			requests.push(`list ${options.namespace ?? "*"}`);
			const error = refuse(options);
			if (error !== undefined) throw error;
			yield { items: options.namespace === undefined ? [object("one"), object("two")] : [object(options.namespace)], resourceVersion: "1" };
		},
	};
	const clock = { now: () => time.now, monotonic: () => time.now, after: () => () => {} };
	return { requests, time, existence: createExistence(client as KubernetesClient, clock) };
}

it("asks for few one by one, for many of a namespace by one list, and for many of a kind by one list of all", async () => {
	const { existence, requests, time } = fake();
	expect((await existence.among(type, names(2, "one"))).size).toBe(1);
	expect(requests.splice(0)).toEqual(["get one/a0", "get one/a1"]);
	await existence.among(type, names(6, "one"));
	expect(requests.splice(0)).toEqual(["list one"]);
	await existence.among(type, names(3, "one"));
	expect(requests.splice(0)).toEqual([]);
	const all = await Promise.all(["one", "two"].map((namespace) => existence.among(type, names(20, namespace))));
	expect(all.map(({ size }) => size)).toEqual([1, 1]);
	expect(requests.splice(0)).toEqual(["list *"]);
	time.now += 31_000;
	await existence.among(type, names(1, "one"));
	expect(requests).toEqual(["get one/a0"]);
});

it("knows what was made since, and forgets what was wrong", async () => {
	const { existence, requests } = fake();
	await existence.among(type, names(40, "one"));
	existence.made(type, { namespace: "one", name: "a7" });
	const found = await existence.among(type, names(40, "one"));
	expect([...found].map(({ name }) => name)).toEqual(["a0", "a7"]);
	expect(requests.splice(0)).toEqual(["list *"]);
	existence.forget(type);
	await existence.among(type, names(1, "one"));
	expect(requests).toEqual(["list *"]);
});

it.each(["ListTooLong", "Forbidden"])("goes by namespaces, then one by one, where a list gives %s", async (code) => {
	const { existence, requests, time } = fake(({ namespace }) =>
		namespace === "one" ? undefined : new AppError("no", { code, kind: "denied" }),
	);
	expect((await existence.among(type, [...names(40, "one"), ...names(2, "two")])).size).toBe(2);
	expect(requests.splice(0)).toEqual(["list *", "list one", "get two/a0", "get two/a1"]);
	time.now += 60_000;
	await existence.among(type, names(40, "one"));
	expect(requests).toEqual(["list one"]);
});

it("says what it could not find out, and asks anew", async () => {
	let isAway = true;
	const { existence } = fake(() => (isAway ? new AppError("away", { code: "ClusterUnreachable", kind: "unavailable" }) : undefined));
	await expect(existence.among(type, names(40, "one"))).rejects.toMatchObject({ code: "ClusterUnreachable" });
	isAway = false;
	expect((await existence.among(type, names(40, "one"))).size).toBe(1);
});
