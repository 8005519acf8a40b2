import { inspect } from "node:util";

/** A secret value: prints `***` wherever it is printed, and gives its value by `reveal` only. */
export class Secret {
	readonly #value: string;

	constructor(value: string) {
		this.#value = value;
	}

	/** The value itself; for the one place that sends it. */
	reveal(): string {
		return this.#value;
	}

	toString(): string {
		return mask;
	}

	toJSON(): string {
		return mask;
	}

	[Symbol.toPrimitive](): string {
		return mask;
	}

	[inspect.custom](): string {
		return mask;
	}
}

const mask = "***";

/** The text with each secret's value, and each of its lines of 8 or more characters, as `***`. */
export function masked(text: string, secrets: readonly Secret[]): string {
	const values = new Set<string>();
	for (const secret of secrets) {
		const value = secret.reveal();
		for (const each of [value, value.trim(), encodeURIComponent(value), Buffer.from(value).toString("base64")]) {
			if (each !== "") values.add(each);
		}
		for (const line of value.split(/\r?\n/u)) if (line.length >= 8) values.add(line);
	}
	let result = text;
	for (const value of [...values].sort((a, b) => b.length - a.length)) result = result.replaceAll(value, mask);
	return result;
}
