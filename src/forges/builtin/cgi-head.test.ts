import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCgiHead } from "./cgi-head.ts";

describe("readCgiHead", () => {
	it("waits until the head is complete, then gives what follows untouched", () => {
		const bytes = Buffer.from("Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nbody\r\n\r\n");
		for (let end = 0; end < 48; end += 1) expect(readCgiHead(bytes.subarray(0, end))).toBeUndefined();
		expect(readCgiHead(bytes)).toEqual({ status: 404, headers: [["Content-Type", "text/plain"]], rest: Buffer.from("body\r\n\r\n") });
	});

	it("takes 200 where no status is given", () => {
		expect(readCgiHead(Buffer.from("A: b\n\n"))).toMatchObject({ status: 200 });
	});

	it("refuses heads that are none, or without end", () => {
		expect(() => readCgiHead(Buffer.from("no header\n\n"))).toThrow(/malformed/u);
		expect(() => readCgiHead(Buffer.alloc(20_000, "a"))).toThrow(/too long/u);
	});

	it("lets nothing through that could split a response", () => {
		fc.assert(
			fc.property(fc.uint8Array(), (noise) => {
				const bytes = Buffer.concat([Buffer.from("X: "), noise, Buffer.from("\r\n\r\n")]);
				try {
					for (const [name, value] of readCgiHead(bytes)?.headers ?? []) expect(`${name}${value}`).not.toMatch(/[\r\n\0]/u);
				} catch (error) {
					expect((error as Error).message).toMatch(/malformed|too long/u);
				}
			}),
		);
	});
});
