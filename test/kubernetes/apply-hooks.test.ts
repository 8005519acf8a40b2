import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DesiredObject } from "../../src/core/object.ts";
import { type ApplyWorld, openApplyWorld } from "./apply-world.ts";
import { sharedCluster } from "./shared.ts";

let world: ApplyWorld;
beforeEach(async () => {
	world = await openApplyWorld(sharedCluster());
});
afterEach(() => world.close());

function job(pod: string | undefined, annotations: Readonly<Record<string, string>> = {}): DesiredObject {
	return {
		apiVersion: "batch/v1",
		kind: "Job",
		metadata: { name: "migrate", namespace: world.namespace, annotations: { "gitward.dev/hook": "PreSync", ...annotations } },
		spec: {
			backoffLimit: 0,
			template: {
				metadata: pod === undefined ? {} : { annotations: { "test.gitward.dev/pod": pod } },
				spec: { restartPolicy: "Never", containers: [{ name: "migrate", image: "migrate:1" }] },
			},
		},
	};
}

const uid = async (object: DesiredObject): Promise<string> =>
	(await world.cluster.call("GET", world.path(object)))["metadata"].uid as string;
const pods = (): string => `/api/v1/namespaces/${world.namespace}/pods`;

describe("a hook's Job", () => {
	it("is awaited, and carries no label that a watch would see", async () => {
		await world.hook(job(undefined));
		const done = await world.cluster.call("GET", world.path(job(undefined)));
		expect(done["status"].succeeded).toBe(1);
		expect(done["metadata"].labels ?? {}).not.toHaveProperty("gitward.dev/instance");
	});

	it("tells how it failed, with its last words", async () => {
		await expect(world.hook(job("fail"))).rejects.toMatchObject({
			code: "HookFailed",
			kind: "conflict",
			message: expect.stringMatching(/^Job .*migrate: the hook failed: .+\n(.|\n)+/u),
		});
	});

	it("runs once for a Sync, however often it is taken up, and again for the next", async () => {
		await world.hook(job(undefined), { sync: "shop/1" });
		const first = await uid(job(undefined));
		await world.hook(job(undefined), { sync: "shop/1" });
		expect(await uid(job(undefined))).toBe(first);
		await world.hook(job(undefined), { sync: "shop/2" });
		expect(await uid(job(undefined))).not.toBe(first);
	});

	it("is awaited and not started twice where a kill came while it ran", async () => {
		const killed = new AbortController();
		const first = world.hook(job("hold"), { signal: killed.signal });
		const failed = first.catch((error: unknown) => error);
		await world.cluster.until(pods(), ({ items }) => items?.length === 1);
		killed.abort(new Error("killed"));
		expect(await failed).toMatchObject({ message: "killed" });
		const before = await uid(job("hold"));
		const second = world.hook(job("hold"));
		const { items } = await world.cluster.call("GET", pods());
		await world.cluster.call(
			"PATCH",
			`${pods()}/${items[0].metadata.name}/status`,
			{ status: { phase: "Succeeded", containerStatuses: [] } },
			{ contentType: "application/merge-patch+json" },
		);
		await second;
		expect(await uid(job("hold"))).toBe(before);
	});

	it("is deleted when its policy says so", async () => {
		const gone = async (object: DesiredObject): Promise<boolean> => (await world.cluster.request("GET", world.path(object))).status === 404;
		const succeeded = job(undefined, { "gitward.dev/hook-delete-policy": "hook-succeeded" });
		await world.hook(succeeded);
		await world.cluster.until(world.path(succeeded), ({ kind }) => kind === undefined);
		const failed = job("fail", { "gitward.dev/hook-delete-policy": "hook-succeeded" });
		await expect(world.hook(failed)).rejects.toMatchObject({ code: "HookFailed" });
		expect(await gone(failed)).toBe(false);
	});

	it("does not run again for the same Sync once it succeeded and is gone", async () => {
		const deleted = job(undefined, { "gitward.dev/hook-delete-policy": "hook-succeeded" });
		await world.hook(deleted, { sync: "1" });
		await world.cluster.until(world.path(deleted), ({ kind }) => kind === undefined);
		// A kill came before the Sync noted it: it is taken up again, by a Gitward that starts anew.
		const again = await openApplyWorld(world.cluster, { namespace: world.namespace });
		await again.hook(deleted, { sync: "1" });
		expect(again.requests.writes).toBe(0);
		await again.hook(deleted, { sync: "2" });
		expect(again.requests.writes).toBeGreaterThan(0);
		await again.close();
	});

	it("runs in each phase that it names", async () => {
		const both = job(undefined, { "gitward.dev/hook": "PreSync,PostSync" });
		await world.hook(both, { sync: "1" }, "PreSync");
		const first = await uid(both);
		await world.hook(both, { sync: "1" }, "PostSync");
		expect(await uid(both)).not.toBe(first);
	});

	it("gets a name that follows from what is run where it asks for a generated one", async () => {
		const named = job(undefined);
		const generated = {
			...named,
			metadata: { namespace: world.namespace, name: "", generateName: "migrate-" } as DesiredObject["metadata"],
		};
		await world.hook(generated, { sync: "shop/1" });
		await world.hook(generated, { sync: "shop/1" });
		await world.hook(generated, { sync: "shop/2" });
		const { items } = await world.cluster.call("GET", `/apis/batch/v1/namespaces/${world.namespace}/jobs`);
		expect(items.length).toBe(2);
	});

	it("of somebody else is not touched", async () => {
		await world.cluster.call("POST", `/apis/batch/v1/namespaces/${world.namespace}/jobs`, job("hold"));
		const before = await uid(job("hold"));
		await expect(world.hook(job("hold"))).rejects.toMatchObject({ code: "ObjectForeign" });
		expect(await uid(job("hold"))).toBe(before);
	});
});

it("runs Pods and makes other kinds as hooks", async () => {
	const pod: DesiredObject = {
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name: "once", namespace: world.namespace, annotations: { "test.gitward.dev/pod": "hold" } },
		spec: { restartPolicy: "Never", containers: [{ name: "once", image: "once:1" }] },
	};
	const running = world.hook(pod);
	await world.cluster.until(world.path(pod), ({ metadata }) => metadata !== undefined);
	await world.cluster.call("PATCH", `${world.path(pod)}/status`, { status: { phase: "Failed", message: "the database is away" } });
	await expect(running).rejects.toMatchObject({ code: "HookFailed", message: expect.stringContaining("the database is away") });
	const settingsForHooks = world.configMap("for-hooks", { a: "1" });
	await world.hook(settingsForHooks);
	await world.hook(world.configMap("for-hooks", { a: "2" }));
	expect((await world.cluster.call("GET", world.path(settingsForHooks)))["data"]).toEqual({ a: "2" });
});
