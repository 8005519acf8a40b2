import type { Plan } from "./change.ts";
import type { ObjectKey } from "./object.ts";

export type GuardVerdict = { readonly allowed: true } | { readonly allowed: false; readonly message: string; readonly confirm: string };

export interface GuardInput {
	readonly plan: Plan;
	/** Objects in the Inventory before the Sync. */
	readonly inventorySize: number;
	/** 0 to 100. */
	readonly maxDeletePercent: number;
	/** Hash of the plan that a person confirmed. */
	readonly confirmed?: string;
	/** Deletions that were allowed when the Sync began. */
	readonly before?: readonly ObjectKey[];
}

/** What a plan would delete. */
export function deletedKeys(plan: Plan): readonly ObjectKey[] {
	return plan.changes.filter((change) => change.action === "delete").map((change) => change.key);
}

/** Stops a plan that deletes more than its share of the Inventory, and always one that deletes all of it, unless a person confirmed just that plan. */
export function guardDeletion({ plan, inventorySize, maxDeletePercent, confirmed, before = [] }: GuardInput): GuardVerdict {
	const keys = deletedKeys(plan);
	const deletes = keys.length;
	if (deletes === 0 || confirmed === plan.hash) return { allowed: true };
	const known = new Set(before);
	if (keys.every((key) => known.has(key))) return { allowed: true };
	const asking = plan.changes.filter((change) => change.confirm === true && !known.has(change.key));
	if (asking.length > 0) {
		return {
			allowed: false,
			message: `would delete ${asking
				.slice(0, 5)
				.map((change) => change.key)
				.join(
					", ",
				)}${asking.length > 5 ? " and others" : ""}, which ${asking.length === 1 ? "is" : "are"} annotated to ask before: confirm it to go on`,
			confirm: plan.hash,
		};
	}
	const releases = plan.changes.filter((change) => change.release === true).length;
	const isAll = deletes + releases >= inventorySize;
	if (!isAll && deletes * 100 <= inventorySize * maxDeletePercent) return { allowed: true };
	const share = isAll ? `all ${releases === 0 ? "of them" : "that it does not let go anyway"}` : `more than ${maxDeletePercent} %`;
	return {
		allowed: false,
		message: `would delete ${deletes} of ${inventorySize} ${inventorySize === 1 ? "object" : "objects"}, ${share}: confirm it to go on`,
		confirm: plan.hash,
	};
}
