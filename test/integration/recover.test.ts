import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { demandControlSet } from "../../src/core/documents/check.ts";
import { createHostDriver } from "../../src/drivers/host/driver.ts";
import { hostKinds } from "../../src/drivers/host/kinds.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createExec } from "../../src/lib/exec/exec.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import type { Driver, OwnedObject } from "../../src/ports/driver.ts";
import { overlayTree } from "../../src/render/overlay-tree.ts";
import { createRendering } from "../../src/render/rendering.ts";
import { createGitRepositories } from "../../src/repositories/git/repositories.ts";
import { openStore } from "../../src/store/store.ts";
import { quiet } from "./quiet.ts";
import { documents, fileManifest, userRepository } from "./world.ts";

/** The host driver of a target that remembers itself what is whose, as Kubernetes does by labels. */
function withMarks(driver: Driver, marked: readonly OwnedObject[]): Driver {
	return {
		...driver,
		open: async (...given) => ({ ...(await driver.open(...given)), recover: () => Promise.resolve(marked) }),
	};
}

it("finds its Objects again after the store was lost, also where the first Sync after that fails", async () => {
	const folder = await mkdtemp(join(tmpdir(), "gitward-recover-"));
	const control = join(folder, "control");
	const live = join(control, "live", "shop");
	await mkdir(live, { recursive: true });
	await writeFile(join(live, "gone"), "Git holds it no longer");
	const repository = await userRepository(folder, "config");
	await repository.push({
		"shop/a.yaml": fileManifest("a", "1"),
		"shop/b.yaml": fileManifest("b", "1"),
		"shop/c.yaml": fileManifest("c", "1"),
	});
	const project = (kinds: readonly string[]): string =>
		JSON.stringify({
			apiVersion: "gitward.dev/v1",
			kind: "Project",
			metadata: { name: "default" },
			spec: { repositories: ["*"], environments: ["*"], kinds },
		});
	const write = (kinds: readonly string[]): Promise<void> =>
		writeFile(join(control, "all.yaml"), `${documents(repository.url, { shop: {} }, { maxDeletePercent: 100 })}\n---\n${project(kinds)}`);
	await write(["Process"]);
	const ref = { group: "host.gitward.dev", kind: "File", namespace: "shop", name: "gone" };
	const gone: OwnedObject = { key: "File.host.gitward.dev/shop/gone", ref, created: true, desiredHash: "", record: null };
	const kept: OwnedObject = {
		key: "File.host.gitward.dev/shop/a",
		ref: { ...ref, name: "a" },
		created: true,
		desiredHash: "",
		record: null,
	};
	const exec = createExec({ environment: { PATH: process.env.PATH ?? "" } });
	const store = await openStore({ folder: join(folder, "store") });
	const engine = await createEngine({
		store,
		repositories: createGitRepositories({
			mirrors: join(folder, "mirrors"),
			hosted: join(folder, "hosted"),
			base: control,
			exec,
			credentials: () => Promise.reject(new Error("none")),
			clock: systemClock,
			log: quiet,
		}),
		rendering: createRendering({ kinds: () => hostKinds, renderers: [] }),
		drivers: [withMarks(createHostDriver({ exec, environment: {}, kept: [] }), [gone, kept])],
		control: { type: "folder", folder: control },
		check: demandControlSet,
		overlay: overlayTree,
		home: join(folder, "drivers"),
		instance: "0123456789ab",
		base: control,
		clock: systemClock,
		log: quiet,
	});
	onTestFinished(async () => {
		await engine.close();
		await store.close();
		await rm(folder, { recursive: true, force: true });
	});
	await engine.start();
	const { operations } = engine;
	await expect
		.poll(() => operations.applications()[0]?.conditions.some(({ reason }) => reason === "ProjectDenied"), { timeout: 10_000 })
		.toBe(true);
	await write(["*"]);
	await expect.poll(() => operations.applications()[0]?.sync, { timeout: 10_000 }).toBe("Synced");
	await expect(readFile(join(live, "gone"))).rejects.toMatchObject({ code: "ENOENT" });
	expect((await operations.objects("shop")).map(({ name, created }) => [name, created])).toEqual([
		["a", true],
		["b", true],
		["c", true],
	]);
});
