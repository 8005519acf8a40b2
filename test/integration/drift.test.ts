import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorld, documents, fileManifest } from "./world.ts";

it("repairs what is annotated so under a policy that only tells, but only inside of the windows", async () => {
	const world = await createWorld();
	await world.repository.push({
		"shop/told.yaml": fileManifest("told", "good"),
		"shop/healed.yaml": fileManifest("healed", "good", { "gitward.dev/drift": "heal" }),
	});
	const policy = (windows: readonly unknown[]): string => documents(world.repository.url, { shop: {} }, { drift: "report", windows });
	await world.control({ "all.yaml": policy([]) });
	await world.start();
	await world.settled("shop");
	await writeFile(join(world.root, "shop/healed"), "bad");
	await world.until("it is repaired", async () => (await world.live("shop/healed")) === "good");
	await world.control({ "all.yaml": policy([{ kind: "deny", schedule: "* * * * *", duration: "1h" }]) });
	await world.until("the window closes", async () => {
		await writeFile(join(world.root, "shop/told"), `bad ${Math.random()}`);
		return world.application("shop").driftedObjects === 1 && world.application("shop").holds.some(({ reason }) => reason === "SyncWindow");
	});
	await writeFile(join(world.root, "shop/healed"), "bad");
	await world.until("both are told", () => world.application("shop").driftedObjects === 2);
	expect(await world.live("shop/healed")).toBe("bad");
	await world.control({ "all.yaml": policy([]) });
	await world.until("it is repaired", async () => (await world.live("shop/healed")) === "good");
	await world.until("the other one is still told", () => world.application("shop").driftedObjects === 1);
});
