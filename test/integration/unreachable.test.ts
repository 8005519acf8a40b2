import { rm, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { createWorld, documents, fileManifest } from "./world.ts";

it("shows what an Application owns while its Environment cannot be reached, with a health that is not known", async () => {
	const world = await createWorld();
	await world.repository.push({ "shop/a.yaml": fileManifest("a", "1") });
	await world.control({ "all.yaml": documents(world.repository.url, { shop: {} }) });
	await world.start();
	await world.settled("shop");
	await world.stop();
	await rm(world.root, { recursive: true });
	await writeFile(world.root, "no folder");
	await world.start();
	await world.until("it cannot be reached", () =>
		world
			.engine()
			.operations.environments()
			.some(({ conditions }) => conditions.some(({ status }) => status === "False")),
	);
	const { inventory } = await world.engine().operations.application("shop");
	expect(inventory).toMatchObject([{ name: "a", health: { status: "Unknown" } }]);
	expect(inventory[0]?.health.message).not.toBe("");
});
