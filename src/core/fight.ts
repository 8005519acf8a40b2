import type { Change } from "./change.ts";

/** Repairs of one Object, one after the other, that did not last. */
export interface Fight {
	/** How often it was repaired and differed again soon after. */
	readonly count: number;
	/** Milliseconds since 1970, of the last repair. */
	readonly last: number;
	/** Who set it otherwise, where the target knows. */
	readonly opponent?: string;
}

/** A repair that lasted longer than this was no part of a fight, in milliseconds. */
const lastingMs = 30_000;
/** Repairs in a row after which a named opponent is believed to set the field back, whatever Gitward does. */
const mostAgainstNamed = 5;
/** The same where nobody can be named. */
const mostAgainstUnknown = 20;

/** What is known of a fight once an Object differs again, before it is repaired once more. */
export function fightOn(before: Fight | undefined, change: Change, now: number): Fight {
	const opponent = change.differences.find((difference) => difference.manager !== undefined)?.manager;
	const goes = before !== undefined && now - before.last <= lastingMs;
	return { count: (goes ? before.count : 0) + 1, last: now, ...(opponent === undefined ? {} : { opponent }) };
}

/** Whether a further repair would only go on with the fight. */
export function isFutile(fight: Fight): boolean {
	return fight.count > (fight.opponent === undefined ? mostAgainstUnknown : mostAgainstNamed);
}
