import { expect, it } from "vitest";
import { createOutputs } from "./outputs.ts";

const files = new Map([["a", "1"]]);

function output(text: string): { readonly stdout: Buffer; readonly stderr: string } {
	return { stdout: Buffer.from(text), stderr: "" };
}

it("runs once for the same files and arguments, and again for others", async () => {
	const outputs = createOutputs(100);
	let runs = 0;
	const make = async () => output(String((runs += 1)));
	const first = await outputs(["build"], files, make);
	expect(await outputs(["build"], new Map([["a", Buffer.from("1")]]), make)).toBe(first);
	await outputs(["build", "x"], files, make);
	await outputs(["build"], new Map([["a", "2"]]), make);
	await outputs(["build"], new Map([["b", "1"]]), make);
	expect(runs).toBe(4);
});

it("forgets what was not used for longest, and failures", async () => {
	const outputs = createOutputs(10);
	const runs: string[] = [];
	const get = (name: string) =>
		outputs([name], files, async () => {
			runs.push(name);
			return output("12345");
		});
	await get("a");
	await get("b");
	await get("a");
	await get("c");
	await get("a");
	await get("b");
	expect(runs).toEqual(["a", "b", "c", "b"]);
	await expect(outputs(["x"], files, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
	expect((await outputs(["x"], files, async () => output("y"))).stdout.toString()).toBe("y");
	expect((await outputs(["large"], files, async () => output("x".repeat(20)))).stdout).toHaveLength(20);
});
