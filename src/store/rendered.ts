import { promisify } from "node:util";
import { deflateRawSync, inflateRaw } from "node:zlib";
import type { Kysely } from "kysely";
import type { DesiredObject } from "../core/object.ts";
import type { Schema } from "./schema.ts";
import type { Seal } from "./seal.ts";
import { inParts, type Writing } from "./writing.ts";

const inflate = promisify(inflateRaw);
/** Largest rendered set that is read back, in bytes of JSON. */
const maxRendered = 256 * 1024 * 1024;

/** Keeps a rendered set under its hash, once; one that holds Secrets is sealed, as their values must stand in no row. */
export async function writeRendered({ transaction, run }: Writing, hash: string, set: readonly DesiredObject[], seal: Seal): Promise<void> {
	const deflated = deflateRawSync(JSON.stringify(set), { level: 1 });
	const objects = set.some(({ kind }) => kind === "Secret") ? seal.close(deflated, hash) : deflated;
	await run("rendered", [hash, objects], () =>
		transaction
			.insertInto("rendered")
			.values({ hash, objects })
			.onConflict((conflict) => conflict.column("hash").doNothing()),
	);
}

/** The rendered set of a hash, or undefined. */
export async function readRendered(db: Kysely<Schema>, hash: string, seal: Seal): Promise<readonly DesiredObject[] | undefined> {
	const row = await db.selectFrom("rendered").select("objects").where("hash", "=", hash).executeTakeFirst();
	if (row === undefined) return undefined;
	const text = (await inflate(seal.open(row.objects, hash), { maxOutputLength: maxRendered })).toString("utf8");
	return JSON.parse(text) as readonly DesiredObject[];
}

/** Lets go the sets that neither an Application's state nor a history entry names any more. */
export async function tidyRendered({ transaction }: Writing): Promise<void> {
	const named = new Set<string>();
	for (const { state } of await transaction.selectFrom("applications").select("state").execute()) {
		for (const [hash] of state.matchAll(/\b[0-9a-f]{64}\b/gu)) named.add(hash);
	}
	const entries = await transaction.selectFrom("history").select("desired_hash").distinct().execute();
	for (const { desired_hash } of entries) named.add(desired_hash);
	const known = await transaction.selectFrom("rendered").select("hash").execute();
	const unnamed = known.flatMap(({ hash }) => (named.has(hash) ? [] : [hash]));
	for (const hashes of inParts(unnamed)) await transaction.deleteFrom("rendered").where("hash", "in", hashes).execute();
}
