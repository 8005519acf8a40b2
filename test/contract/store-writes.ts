import { keyOf } from "../../src/core/object.ts";
import type { OwnedObject } from "../../src/ports/driver.ts";
import type { Write } from "../../src/ports/store.ts";

/** An entry of an Inventory. */
export function ownedObject(name: string, desiredHash = "h"): OwnedObject {
	const ref = { group: "host.gitward.dev", kind: "File", namespace: "shop", name };
	return { key: keyOf(ref), ref, created: true, desiredHash, record: { size: 1 } };
}

/** An event write. */
export function eventWrite(message: string, application?: string): Write {
	return {
		type: "event",
		event: {
			time: "2030-01-01T00:00:00Z",
			type: "Test",
			severity: "info",
			message,
			by: { name: "ada", via: "git" },
			...(application === undefined ? {} : { application }),
		},
	};
}
