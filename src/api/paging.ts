import { AppError } from "../core/app-error.ts";
import type { Page } from "../core/views/common.ts";

/**
 * One page of a list that is whole in memory. The cursor names the last item that was given and its place, so that a list which
 * changed in between is gone on with at the right item, or near it where that item is gone.
 */
export function pageOfList<T>(
	list: readonly T[],
	idOf: (item: T) => string,
	query: { readonly limit: number; readonly cursor?: string | undefined },
): { items: T[]; next?: string } {
	const start = query.cursor === undefined ? 0 : startAfter(list, idOf, query.cursor);
	const items = list.slice(start, start + query.limit);
	const last = items.at(-1);
	if (last === undefined || start + items.length >= list.length) return { items };
	return { items, next: Buffer.from(JSON.stringify([start + items.length, idOf(last)])).toString("base64url") };
}

/** A page in the form that the contract's schema has. */
export function mutablePage<T>(page: Page<T>): { items: T[]; next?: string } {
	return { items: [...page.items], ...(page.next === undefined ? {} : { next: page.next }) };
}

function startAfter<T>(list: readonly T[], idOf: (item: T) => string, cursor: string): number {
	const [position, id] = parse(cursor);
	const before = list[position - 1];
	if (before !== undefined && idOf(before) === id) return position;
	const found = list.findIndex((item) => idOf(item) === id);
	return found < 0 ? Math.min(Math.max(position - 1, 0), list.length) : found + 1;
}

function parse(cursor: string): readonly [number, string] {
	try {
		const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
		if (Array.isArray(value) && Number.isSafeInteger(value[0]) && typeof value[1] === "string") return [value[0] as number, value[1]];
	} catch {
		// Falls through to the same error.
	}
	throw invalidCursor();
}

/** The error for a cursor that this server did not give. */
export function invalidCursor(): AppError {
	return new AppError("The cursor is not one that this server gave", {
		code: "InvalidCursor",
		kind: "invalid",
		hint: "Take `next` of the page before, or none for the first page.",
	});
}
