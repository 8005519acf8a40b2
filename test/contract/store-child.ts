import { openStore } from "../../src/store/store.ts";
import { eventWrite, ownedObject } from "./store-writes.ts";

/** Writes numbered batches and says which are acknowledged, until it is killed: `store-child.ts FOLDER FROM`. */
const [folder, from] = process.argv.slice(2);
const store = await openStore({ folder: folder ?? "" });
for (let number = Number(from) + 1; ; number += 1) {
	await store.write([
		{ type: "value", key: "last", value: number },
		{ type: "own", application: "shop", environment: "dev", objects: [ownedObject(`f${number % 20}`)] },
		eventWrite(`number ${number}`),
	]);
	process.stdout.write(`${number}\n`);
}
