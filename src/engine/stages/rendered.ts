import type { DesiredObject } from "../../core/object.ts";
import type { EngineContext } from "../context.ts";

/** Objects that are kept in memory, over all sets; larger sets are read from the store each time. */
const maxRecent = 1000;

/** Keeps a rendered set at hand for the Sync that follows. */
export function remember(engine: EngineContext, hash: string, objects: readonly DesiredObject[]): void {
	const { recent } = engine;
	recent.delete(hash);
	if (objects.length > maxRecent) return;
	recent.set(hash, objects);
	let total = 0;
	for (const each of recent.values()) total += each.length;
	for (const [oldest, { length }] of recent) {
		if (total <= maxRecent) break;
		recent.delete(oldest);
		total -= length;
	}
}

/** The Objects behind a hash. Throws where the store no longer has them: that is a bug, as what is named is kept. */
export async function renderedObjects(engine: EngineContext, hash: string): Promise<readonly DesiredObject[]> {
	const known = engine.recent.get(hash);
	if (known !== undefined) return known;
	const objects = await engine.store.rendered(hash);
	if (objects === undefined) throw new Error(`the store has lost the rendered objects ${hash}`);
	remember(engine, hash, objects);
	return objects;
}
