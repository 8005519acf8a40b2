import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { masked, Secret } from "./secret.ts";

describe("Secret", () => {
	it("prints stars wherever it is printed", () => {
		const secret = new Secret("hunter2-hunter2");
		const printed = [
			String(secret),
			`${secret}`,
			JSON.stringify({ secret }),
			inspect({ secret }),
			inspect(secret),
			Object.keys(secret).join(),
		];
		expect(printed.join(" ")).not.toContain("hunter2");
		expect(JSON.stringify(secret)).toBe('"***"');
	});

	it("gives its value on request", () => {
		expect(new Secret("hunter2").reveal()).toBe("hunter2");
	});
});

describe("masked", () => {
	it("replaces values, their lines and their usual encodings", () => {
		const key = new Secret("-----BEGIN KEY-----\nabcdefghijkl\n-----END KEY-----\n");
		const password = new Secret("p@ss word");
		const text = `saw abcdefghijkl and p%40ss%20word and p@ss word and ${Buffer.from("p@ss word").toString("base64")}`;
		expect(masked(text, [key, password])).toBe("saw *** and *** and *** and ***");
	});

	it("leaves the text alone for an empty secret", () => {
		expect(masked("text", [new Secret("")])).toBe("text");
	});
});
