import { AppError } from "../../core/app-error.ts";
import type { ObjectKey } from "../../core/object.ts";
import type { ApplicationContext, EngineContext } from "../context.ts";

/** When one looks again whether an Object is deleted, in milliseconds. */
const againMs = 100;

/** Throws `waiting` where one of the Objects is being deleted; to be called in the same turn as the write that takes them over. */
export function demandStays(engine: EngineContext, environment: string, keys: Iterable<ObjectKey>): void {
	for (const key of keys) {
		if (!engine.handover.going.has(`${environment} ${key}`)) continue;
		throw new AppError(`waits until ${key} is deleted`, { code: "DeletionPending", kind: "waiting", retryAfterMs: againMs });
	}
}

/** Does the work of deleting Objects while nobody can take them over; it gets those that nobody took over since they were looked at. */
export async function whileGoing(
	engine: EngineContext,
	application: ApplicationContext,
	keys: readonly ObjectKey[],
	work: (ours: ReadonlySet<ObjectKey>) => Promise<void>,
): Promise<void> {
	const { going } = engine.handover;
	const environment = application.environment.metadata.name;
	for (const key of keys) going.add(`${environment} ${key}`);
	try {
		// Writes are durable in their order: what was taken over before is in the store then.
		await engine.store.write([]);
		const owners = await engine.store.owners(environment, keys);
		await work(new Set(keys.filter((key) => owners.get(key)?.application === application.name)));
	} finally {
		for (const key of keys) going.delete(`${environment} ${key}`);
	}
}
